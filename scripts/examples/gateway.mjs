// A proxy that intercepts TLS, as in corporate networks: it signs all traffic with its own authority.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Serves `/message.txt`, and `/HOST/PATH` as that host does.
 *
 * @param {{ directory: string, text: string }} options directory for its keys; text of the message
 * @returns {Promise<{ server: import('node:https').Server, url: string, authority: string }>} `authority` is a PEM file
 */
export async function startGateway({ directory, text }) {
  const { key, certificate, authority } = makeCertificates(directory);
  const tls = { key: readFileSync(key), cert: readFileSync(certificate) };
  const server = createServer(tls, (request, response) => {
    answer(request, response, text).catch(() => response.destroy());
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { server, url: `https://127.0.0.1:${server.address().port}`, authority };
}

async function answer(request, response, text) {
  if (request.url === '/message.txt') return response.end(text);
  const [, host, path] = /^\/([\w.-]+)(\/[\w./+~%:-]*)$/.exec(request.url) ?? [];
  if (host === undefined) return response.writeHead(404).end();
  const source = await fetch(`http://${host}${path}`);
  const length = source.headers.get('content-length');
  response.writeHead(source.status, length === null ? {} : { 'content-length': length });
  if (source.body === null || request.method === 'HEAD') return response.end();
  return pipeline(Readable.fromWeb(source.body), response);
}

function makeCertificates(directory) {
  const at = (name) => join(directory, name);
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = (name) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', at(`${name}.key`)];
  openssl(
    ...['req', '-x509', ...newKey('authority'), '-out', at('authority.pem'), '-days', '2'],
    ...['-subj', '/CN=Gateway of the examples'],
  );
  openssl('req', ...newKey('gateway'), '-out', at('gateway.csr'), '-subj', '/CN=127.0.0.1');
  writeFileSync(at('gateway.ext'), 'subjectAltName=IP:127.0.0.1\n');
  openssl(
    ...['x509', '-req', '-in', at('gateway.csr'), '-out', at('gateway.pem'), '-days', '2'],
    ...['-CA', at('authority.pem'), '-CAkey', at('authority.key'), '-CAcreateserial'],
    ...['-extfile', at('gateway.ext')],
  );
  return {
    key: at('gateway.key'),
    certificate: at('gateway.pem'),
    authority: at('authority.pem'),
  };
}
