/** Opens connections to daemons. */
import { createConnection, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import type { DaemonAddress } from './address.ts';
import { commandOf, connectByCommand } from './command.ts';
import { hijack, ownEngine } from './docker.ts';
import type { TlsOptions } from './tls-options.ts';
import { unreachable } from './unreachable.ts';

export interface DialOptions {
  /** As the user wrote it. */
  readonly name: string;
  readonly address: DaemonAddress;
  readonly tls?: TlsOptions | undefined;
  readonly env: Environment;
  /** Milliseconds between questions whether the daemon still answers, instead of the default. */
  readonly pulse?: number | undefined;
  /** Milliseconds until a silent daemon counts as gone, instead of the default. */
  readonly silence?: number | undefined;
}

/** Milliseconds until a server that does not answer is given up. */
const PATIENCE = 30_000;

/** A connection for the daemon's API. @throws AppError BUILDER_UNREACHABLE, BUILDER_CERTIFICATE */
export async function dial(options: DialOptions): Promise<Duplex> {
  const { name, address, tls, env } = options;
  try {
    switch (address.kind) {
      case 'unix':
        return await opened(createConnection(address.path), 'connect');
      case 'tcp':
        return tls === undefined
          ? await opened(createConnection(address.port, address.host), 'connect')
          : await opened(secure(address, tls), 'secureConnect');
      case 'docker':
        return await hijack({ host: address.host ?? ownEngine(env), tls }, '/grpc');
      case 'ssh':
      case 'container':
      case 'pod':
        return connectByCommand(commandOf(address), env);
    }
  } catch (error) {
    throw error instanceof AppError ? error : unreachable(name, error);
  }
}

/**
 * A connection on which the daemon calls this machine. Docker has a request for it; others get it inside a call of
 * their API.
 * @returns undefined for those others
 */
export async function dialSession(
  { name, address, tls, env }: DialOptions,
  headers: Readonly<Record<string, string | readonly string[]>>,
): Promise<Duplex | undefined> {
  if (address.kind !== 'docker') return undefined;
  try {
    return await hijack({ host: address.host ?? ownEngine(env), tls }, '/session', headers);
  } catch (error) {
    throw unreachable(name, error);
  }
}

function secure(
  { host, port }: Extract<DaemonAddress, { readonly kind: 'tcp' }>,
  { ca, cert, key, servername = host }: TlsOptions,
): Socket {
  const isAddress = /^[\d.]+$|:/.test(servername);
  return connectTls({
    ...{ host, port, ALPNProtocols: ['h2'] },
    ...(isAddress ? {} : { servername }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  });
}

function opened(socket: Socket, event: 'connect' | 'secureConnect'): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error('the connection timed out'), { code: 'ETIMEDOUT' }));
    }, PATIENCE);
    const failed = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    socket.once('error', failed);
    socket.once(event, () => {
      clearTimeout(timer);
      socket.off('error', failed);
      resolve(socket);
    });
  });
}
