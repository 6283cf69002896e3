/** Connections to the BuildKit inside a running Docker: requests that Docker's API turns into connections. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Environment } from '../../environment.ts';
import type { TlsOptions } from './tls-options.ts';

const SOCKET = '/var/run/docker.sock';

/** Where a Docker listens. */
export interface DockerEngine {
  /** As in DOCKER_HOST; undefined: the default socket. */
  readonly host: string | undefined;
  readonly tls: TlsOptions | undefined;
}

/** The engine of `docker://` without a host. */
export function ownEngine(env: Environment): string | undefined {
  const host = env.DOCKER_HOST ?? '';
  return host === '' ? undefined : host;
}

/**
 * @param path `/grpc` or `/session`
 * @throws Error that says what Docker answered
 */
export function hijack(
  { host, tls }: DockerEngine,
  path: string,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const target = targetOf(host);
    const request = (tls === undefined ? httpRequest : httpsRequest)({
      ...target,
      ...tls,
      method: 'POST',
      path,
      agent: false,
      headers: {
        host: 'docker',
        connection: 'Upgrade',
        upgrade: 'h2c',
        ...Object.fromEntries(Object.entries(headers).map(([key, value]) => [key, [value].flat()])),
      },
    });
    request.on('upgrade', (_response, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.on('response', (response) => {
      response.resume();
      const { statusCode } = response;
      const reason =
        statusCode === 404 || statusCode === 400
          ? 'this Docker has no BuildKit API'
          : `Docker answers with HTTP status ${statusCode}`;
      reject(new Error(reason));
    });
    request.on('error', reject);
    request.end();
  });
}

function targetOf(host: string | undefined): Record<string, string | number> {
  if (host === undefined) return { socketPath: SOCKET };
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) };
  const { hostname, port } = new URL(host.replace(/^tcp:/, 'http:'));
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 2375 : Number(port) };
}
