/** Ports of this machine that lead into a private network of slirp4netns, which takes requests on a socket. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { AppError } from '../../errors.ts';
import { PRIVATE_ADDRESSES, type PublishedPort } from '../process/index.ts';

/** Milliseconds for one answer. */
const ANSWER_TIMEOUT = 10_000;
const ANSWER_BYTES = 4096;

/**
 * @param socket of slirp4netns
 * @throws AppError RUNTIME_NETWORK_FAILED
 */
export async function publishPorts(socket: string, ports: readonly PublishedPort[]): Promise<void> {
  for (const port of ports) {
    const refusal = await add(socket, port);
    if (refusal !== undefined) throw portFault(`${portText(port)}: ${refusal}`);
  }
}

/** `0.0.0.0:8080/tcp` */
function portText({ address, host, protocol }: PublishedPort): string {
  return `${address ?? ANY_ADDRESS}:${host}/${protocol}`;
}

export function portFault(reason: string): AppError {
  return new AppError('RUNTIME_NETWORK_FAILED', `a port cannot be published: ${reason}`, {
    hint: 'choose a port of this machine that is free, and is 1024 or higher if you are not root',
  });
}

const ANY_ADDRESS = '0.0.0.0';

/** @returns why it was refused */
async function add(path: string, port: PublishedPort): Promise<string | undefined> {
  const request = {
    execute: 'add_hostfwd',
    arguments: {
      proto: port.protocol,
      host_addr: port.address ?? ANY_ADDRESS,
      host_port: port.host,
      guest_addr: PRIVATE_ADDRESSES.process,
      guest_port: port.container,
    },
  };
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT);
  const socket = connect({ path });
  try {
    await once(socket, 'connect', { signal });
    socket.write(JSON.stringify(request));
    const answer = await firstAnswer(socket, signal);
    if (typeof answer === 'object' && answer !== null && 'return' in answer) return undefined;
    return 'it is in use, or may not be used';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    socket.destroy();
  }
}

/** @returns what the first complete JSON text says */
async function firstAnswer(
  socket: ReturnType<typeof connect>,
  signal: AbortSignal,
): Promise<unknown> {
  let text = '';
  socket.setEncoding('utf8');
  while (text.length < ANSWER_BYTES) {
    const [chunk] = await Promise.race([
      once(socket, 'data', { signal }),
      once(socket, 'close', { signal }).then(() => [undefined]),
    ]);
    if (chunk === undefined) break;
    text += chunk;
    try {
      return JSON.parse(text);
    } catch {
      // More is to come.
    }
  }
  return undefined;
}
