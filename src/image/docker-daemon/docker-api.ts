/** The API of a running Docker: its address, and requests to it. */
import type { ClientRequest, RequestOptions } from 'node:http';
import type { Environment } from '../../environment.ts';

/** The address unless DOCKER_HOST sets another. */
export const DOCKER_SOCKET = '/var/run/docker.sock';

export type DockerAddress = Pick<RequestOptions, 'socketPath' | 'host' | 'port'>;

/** @returns undefined for an address that needs more than a connection: ssh, TLS */
export function dockerAddress(env: Environment): DockerAddress | undefined {
  const host = env.DOCKER_HOST ?? '';
  if (host === '') return { socketPath: DOCKER_SOCKET };
  const unix = /^unix:\/\/(.+)$/.exec(host);
  if (unix?.[1] !== undefined) return { socketPath: unix[1] };
  const tcp = /^tcp:\/\/(\[[0-9a-f:]+\]|[^:/]+)(?::(\d+))?\/?$/i.exec(host);
  if (tcp?.[1] === undefined || (env.DOCKER_TLS_VERIFY ?? '') !== '') return undefined;
  return { host: tcp[1].replace(/^\[|\]$/g, ''), port: tcp[2] ?? 2375 };
}

/** Rarely needed, and takes time to load; import() is not available in the code that V8 keeps compiled. */
export function dockerRequest(options: RequestOptions): ClientRequest {
  return process.getBuiltinModule('node:http').request({ ...options, agent: false });
}

/** Docker's error message: in a line of its progress, or as the whole answer. */
export function dockerMessage(body: string): string | undefined {
  for (const line of body.split('\n')) {
    try {
      const message: unknown = JSON.parse(line);
      if (typeof message !== 'object' || message === null) continue;
      const { error, message: text } = message as { error?: unknown; message?: unknown };
      if (typeof error === 'string') return error;
      if (typeof text === 'string') return text;
    } catch {
      // An empty line, or one that was cut off.
    }
  }
  return undefined;
}
