import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { connectByCommand } from './command.ts';

const env = { PATH: process.env.PATH };

describe('a connection by a command', () => {
  it('carries bytes both ways', async () => {
    const connection = connectByCommand(['cat'], env);
    connection.end(Buffer.alloc(3 << 20, 7));
    let size = 0;
    for await (const chunk of connection) size += (chunk as Buffer).length;
    expect(size).toBe(3 << 20);
  });

  it.each<[readonly [string, ...string[]], string]>([
    [['sh', '-c', 'echo "no such container" >&2; exit 3'], 'no such container'],
    [['sh', '-c', 'exec <&-; exit 4'], 'sh ended with exit status 4'],
    [['no-such-command-anywhere'], 'no-such-command-anywhere is not installed'],
  ])('fails with what %j says', async (command, message) => {
    const connection = connectByCommand(command, env);
    connection.write(Buffer.alloc(1 << 20));
    const [error] = (await once(connection, 'error').catch((caught) => [caught])) as [Error];
    expect(error.message).toBe(message);
  });
});
