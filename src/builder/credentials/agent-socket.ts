/** A socket that a step talks to, in front of an agent that it must not change. */
import { chmodSync, chownSync, closeSync, constants, openSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { Owner } from '../../system/index.ts';
import { framed, isAllowed, REFUSAL, readMessages } from './agent-messages.ts';

export interface AgentSocketOptions {
  /** Host path of the agent's own socket. */
  readonly agent: string;
  /** Host path of the new socket, in a directory of ours. */
  readonly path: string;
  /** Undefined: the current user. */
  readonly owner: Owner | undefined;
  readonly mode: number;
}

export class AgentSocket implements AsyncDisposable {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  readonly #agent: string;

  private constructor(agent: string) {
    this.#agent = agent;
    this.#server = createServer((client) => {
      this.#track(client);
      this.#serve(client).catch(() => client.destroy());
    });
  }

  /** Starts listening. */
  static async listen(options: AgentSocketOptions): Promise<AgentSocket> {
    const { agent, path, owner, mode } = options;
    const socket = new AgentSocket(agent);
    await withShortPath(path, (short) => listening(socket.#server, short));
    if (owner !== undefined) chownSync(path, owner.uid, owner.gid);
    chmodSync(path, mode);
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #track(socket: Socket): void {
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    socket.on('error', () => socket.destroy());
  }

  /** One request at a time, as the protocol requires. */
  async #serve(client: Socket): Promise<void> {
    const agent = await withShortPath(this.#agent, connected);
    this.#track(agent);
    const answers = readMessages(agent)[Symbol.asyncIterator]();
    try {
      for await (const question of readMessages(client)) {
        if (!isAllowed(question)) {
          client.write(REFUSAL);
          continue;
        }
        agent.write(framed(question));
        const answer = await answers.next();
        if (answer.done) break;
        client.write(framed(answer.value));
      }
    } finally {
      agent.destroy();
      client.end();
    }
  }
}

/** Addresses of sockets have at most 107 bytes; the directory's descriptor makes any of them short. */
export async function withShortPath<T>(
  path: string,
  use: (short: string) => Promise<T>,
): Promise<T> {
  const directory = openSync(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return await use(join(`/proc/self/fd/${directory}`, basename(path)));
  } finally {
    closeSync(directory);
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path, () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}
