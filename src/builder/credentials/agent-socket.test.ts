import { once } from 'node:events';
import { mkdirSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { framed, readMessages } from './agent-messages.ts';
import { AgentSocket, withShortPath } from './agent-socket.ts';

const LIST = Buffer.of(11);
const SIGN = Buffer.concat([Buffer.of(13), Buffer.alloc(100_000, 7)]);
const REMOVE_ALL = Buffer.of(19);
const EXTENSION = Buffer.of(27, 0);

describe('the socket in front of an agent', () => {
  let directory: string;
  let agent: Server;
  let asked: Buffer[];
  let socket: AgentSocket;
  let client: Socket;

  beforeEach(async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'lamina-agent-'));
    directory = temporary;
    // Longer than the address of a socket may be.
    const deep = join(temporary, 'd'.repeat(120));
    mkdirSync(deep);
    asked = [];
    agent = createServer(async (connection) => {
      for await (const message of readMessages(connection)) {
        asked.push(Buffer.from(message));
        connection.write(framed(Buffer.concat([Buffer.of(12), message])));
      }
    });
    const path = join(deep, 'agent');
    await withShortPath(path, async (short) => {
      agent.listen(short);
      await once(agent, 'listening');
    });
    socket = await AgentSocket.listen({
      agent: path,
      path: join(deep, 'ours'),
      owner: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
      mode: 0o640,
    });
    expect(statSync(join(deep, 'ours')).mode & 0o777).toBe(0o640);
    const { createConnection } = await import('node:net');
    client = await withShortPath(join(deep, 'ours'), async (short) => {
      const made = createConnection(short);
      await once(made, 'connect');
      return made;
    });
  });

  afterEach(async () => {
    client.destroy();
    await socket[Symbol.asyncDispose]();
    await new Promise((resolve) => agent.close(resolve));
    await rm(directory, { recursive: true });
  });

  async function answers(questions: readonly Buffer[]): Promise<Buffer[]> {
    for (const question of questions) client.write(framed(question));
    const received: Buffer[] = [];
    for await (const message of readMessages(client)) {
      received.push(Buffer.from(message));
      if (received.length === questions.length) break;
    }
    return received;
  }

  it('passes on listing and signing, refuses the rest, and answers in order', async () => {
    const received = await answers([LIST, REMOVE_ALL, SIGN, EXTENSION]);
    expect(received.map((message) => message[0])).toEqual([12, 5, 12, 5]);
    expect(received[2]?.length).toBe(SIGN.length + 1);
    expect(asked.map((message) => message[0])).toEqual([11, 13]);
  });

  it('ends the conversation with whoever speaks otherwise', async () => {
    client.write(Buffer.alloc(8, 0xff));
    client.resume();
    await once(client, 'close');
    expect(asked).toEqual([]);
  });
});
