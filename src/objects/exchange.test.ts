import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { loadClient } from '../http/index.ts';
import { Exchange } from './exchange.ts';

const CONTENT = 'the bytes of an object';
const HALF = 11;

/** Downloads the object from a server that answers so. */
async function download(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  const server: Server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = await loadClient();
  using client = open({ env: {}, connectMs: 5000, idleMs: 5000 });
  const exchange = new Exchange(client, ['secret']);
  const get = (range: string | undefined, status: number) =>
    exchange.send({
      call: () => ({
        method: 'GET',
        url: new URL(`http://127.0.0.1:${port}/secret`),
        headers: range === undefined ? {} : { range },
      }),
      ...{ expected: [status], subject: 's3://bucket/key' },
    });
  const again = (range: string) => get(range, 206);
  const options = { again, subject: 's3://bucket/key', signal: undefined };
  let text = '';
  try {
    const body = exchange.download(await get(undefined, 200), options);
    for await (const chunk of body) text += Buffer.from(chunk).toString();
    return text;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it('continues a download that broke off', async () => {
  const text = await download(({ headers: { range } }, response) => {
    if (range === `bytes=${HALF}-`) {
      response.writeHead(206).end(CONTENT.slice(HALF));
      return;
    }
    response.writeHead(200, { 'content-length': CONTENT.length });
    response.write(CONTENT.slice(0, HALF), () => response.destroy());
  });
  expect(text).toBe(CONTENT);
});

it('gives up a download that breaks off again and again', async () => {
  const failing = download(({ headers: { range } }, response) => {
    response.writeHead(range === undefined ? 200 : 206, { 'content-length': CONTENT.length });
    response.write('', () => response.destroy());
    response.flushHeaders();
  });
  await expect(failing).rejects.toMatchObject({
    code: 'CACHE_SERVER',
    message: expect.stringContaining('s3://bucket/key: the download broke off'),
  });
});

it('says to check the credentials when S3 refuses a session token', async () => {
  const refused = download((_request, response) => {
    response.writeHead(400).end('<Error><Code>ExpiredToken</Code><Message>Old.</Message></Error>');
  });
  await expect(refused).rejects.toMatchObject({
    code: 'CACHE_ACCESS_DENIED',
    message: 's3://bucket/key: the server answered 400: ExpiredToken: Old.',
    hint: 'check the credentials, and what they allow',
  });
});
