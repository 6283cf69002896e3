/** Steps and containers with a private network: names, what of this machine they reach, and what remains. */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, Workbench } from '../support/cli.ts';
import { processesWith } from '../support/process-list.ts';
import { ensureTool } from '../support/tools.ts';

const PRIVATE = '--network=private';
/** Where no other name server listens. */
const NAME_SERVER = `127.77.${process.pid % 250}.53`;

describe('a private network', () => {
  const bench = new Workbench();
  beforeAll(async () => {
    ensureTool('slirp4netns', 'slirp4netns');
    ensureTool('pasta', 'passt');
    await makeBusyboxImage(bench);
  });
  afterAll(() => bench[Symbol.dispose]());

  /** The beginning of a command line that sees another /etc/resolv.conf. */
  function resolvingBy(server: string): readonly string[] {
    const file = join(bench.directory, 'resolv.conf');
    writeFileSync(file, `search example.test\nnameserver ${server}\n`);
    const script = `mount --bind ${file} /etc/resolv.conf; exec "$@"`;
    return ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', script, 'sh'];
  }

  it.each(['slirp4netns', 'pasta'])(
    'of %s has the names of this machine, whose name server listens on its loopback',
    async (tool) => {
      await using names = await nameServer();
      const directory = bench.project(
        { Dockerfile: 'FROM busybox\nRUN nslookup -type=a any.test; cat /etc/resolv.conf\n' },
        tool,
      );
      const { stderr } = await bench.succeed(
        ['build', '--progress=plain', '--no-cache', PRIVATE, directory],
        { wrapper: resolvingBy(NAME_SERVER), env: { LAMINA_NETWORK_TOOL: tool } },
      );
      expect(stderr).toContain('203.0.113.9');
      expect(stderr).toContain('search example.test');
      expect(stderr).not.toContain(`nameserver ${NAME_SERVER}`);
      expect(names.asked()).toContain('any');
    },
  );

  it('ends with its step, also when lamina is killed', async () => {
    const directory = bench.project({ Dockerfile: 'FROM busybox\nRUN echo begun; sleep 3600\n' });
    const child = spawn(
      process.execPath,
      [COMMAND, 'build', '--progress=plain', PRIVATE, directory],
      {
        env: { ...process.env, LAMINA_ROOT: bench.store, LAMINA_BUILDER: 'default' },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    for await (const text of child.stderr) if (/ begun$/m.test(String(text))) break;
    expect(processesWith(`${bench.store}/`)).not.toEqual([]);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    const deadline = Date.now() + 60_000;
    while (processesWith(`${bench.store}/`).length > 0 && Date.now() < deadline) await delay(20);
    expect(processesWith(`${bench.store}/`)).toEqual([]);
  });

  it('is what Docker calls bridge, and reaches this machine as host-gateway', async () => {
    const { stdout } = await bench.succeed([
      ...['run', '--rm', '--network', 'bridge', '--add-host', 'me:host-gateway', 'busybox'],
      ...['sh', '-c', 'ip route; grep me /etc/hosts'],
    ]);
    expect(stdout).toContain('default via 10.215.199.2 dev tap0');
    expect(stdout).toMatch(/^(?!127\.)[\d.]+\tme$/m);
  });

  it.each(['slirp4netns', 'pasta'])('of %s publishes ports where it is asked to', async (tool) => {
    const [first = 0, second = 0] = await freePorts();
    const flags = ['-p', `127.0.0.1:${first}:80`, '-p', `${second}:81/tcp`];
    const script = 'for p in 80 81; do echo to $p | nc -l -p $p & done; echo up; wait';
    const args = ['run', '--rm', PRIVATE, ...flags, 'busybox', 'sh', '-c', script];
    const env = { ...process.env, LAMINA_ROOT: bench.store, LAMINA_NETWORK_TOOL: tool };
    const child = spawn(process.execPath, [COMMAND, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
    });
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    const taken = await bench.lamina(['run', '--rm', PRIVATE, ...flags, 'busybox', 'true'], {
      env: { LAMINA_NETWORK_TOOL: tool },
    });
    expect(taken.stderr).toContain('RUNTIME_NETWORK_FAILED');
    expect(taken.stderr).toContain('a port cannot be published');
    // Only at the address that was asked for.
    await expect(firstLine('127.1.2.3', first)).rejects.toThrow('ECONNREFUSED');
    expect(await firstLine('127.0.0.1', first)).toBe('to 80');
    expect(await firstLine('127.1.2.3', second)).toBe('to 81');
    expect(await ended).toEqual([0, null]);
  });

  it.each([
    [['--isolation=chroot'], 'RUNTIME_ISOLATION', 'choose another isolation'],
    [['-p', '80'], 'CLI_NOT_YET', 'name one: -p 80:80'],
  ])('with %j is refused, with a way out', async (flags, code, hint) => {
    const ran = await bench.lamina(['run', '--rm', PRIVATE, ...flags, 'busybox', 'true']);
    expect(ran).toMatchObject({ status: 125, stderr: expect.stringContaining(code) });
    expect(ran.stderr).toContain(hint);
  });
});

/** Two ports of this machine. */
async function freePorts(): Promise<readonly number[]> {
  const servers = [createServer(), createServer()];
  const ports: number[] = [];
  for (const server of servers) {
    await once(server.listen(0, '0.0.0.0'), 'listening');
    const address = server.address();
    if (typeof address === 'object' && address !== null) ports.push(address.port);
  }
  for (const server of servers) await once(server.close(), 'close');
  return ports;
}

/** Retries: a process may not listen yet, and slirp4netns and pasta accept before they know. */
async function firstLine(host: string, port: number): Promise<string> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const socket = connect({ host, port }).setEncoding('utf8');
    let text = '';
    socket.on('data', (data) => {
      text += String(data);
    });
    await once(socket, 'close');
    if (text !== '' || Date.now() > deadline) return text.trim();
    await delay(20);
  }
}

/** A name server on the loopback of this machine that gives every name one address. */
async function nameServer() {
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    asked.push(question.subarray(12).toString('latin1'));
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2);
    header.writeUInt16BE(1, 6);
    const end = question.indexOf(0, 12) + 5;
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 203, 0, 113, 9]);
    socket.send(
      Buffer.concat([header, question.subarray(12, end), answer]),
      from.port,
      from.address,
    );
  });
  socket.bind(53, NAME_SERVER);
  await once(socket, 'listening');
  return {
    asked: () => asked.join('\n'),
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, 'close');
    },
  };
}
