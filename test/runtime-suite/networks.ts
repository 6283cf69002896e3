/** Which networks a process has, and what of this machine it reaches. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { AbortedError } from '../../src/errors.ts';
import { processesWith, uniqueWord } from '../support/process-list.ts';
import { ensureTool } from '../support/tools.ts';
import { Workshop } from '../support/workshop.ts';
import type { Bench } from './bench.ts';

/** Perl of this machine, whose sockets can do what those of busybox cannot. */
const PERL = ['/usr/bin', '/usr/lib', '/lib', '/lib64'].map((target) => ({
  kind: 'bind' as const,
  source: target.startsWith('/usr') ? target : `/usr${target}`,
  target,
  readonly: true,
}));

/** Connects in the ways that its arguments name: `127.0.0.1:80`, `127.0.0.1:80%tap0`, `@abstract`. */
const CONNECT = `use Socket;
  for (@ARGV) {
    my ($address, $socket);
    if (/^@(.*)/) {
      socket($socket, AF_UNIX, SOCK_STREAM, 0);
      $address = pack_sockaddr_un("\\0$1");
    } else {
      my ($host, $port, $device) = /^(.*):(\\d+)(?:%(.*))?$/;
      socket($socket, AF_INET, SOCK_STREAM, 0);
      setsockopt($socket, SOL_SOCKET, 25, $device) or print "unbound " if defined $device;
      $address = pack_sockaddr_in($port, inet_aton($host));
    }
    local $SIG{ALRM} = sub { die };
    my $connected = eval { alarm 1; my $is = connect($socket, $address); alarm 0; $is };
    print $connected ? scalar(<$socket>) : "refused\\n";
  }
  print socket(my $raw, 17, 3, 0) ? "raw\\n" : "no raw\\n";`;

export function networkCases(bench: Bench): void {
  const { network } = bench.capabilities;
  if (network.includes('none')) {
    test('without network there is only the loopback', async () => {
      const ran = await bench.workshop.shell('ls /sys/class/net; ip link show lo', {
        network: 'none',
      });
      expect(ran.stdout).toMatch(/^lo\n/);
      expect(ran.stdout).toMatch(/LOOPBACK,UP/);
      expect(ran.stdout).not.toMatch(/eth/);
    });
  }
  if (!network.includes('private')) {
    test('a private network is refused where there are no namespaces', async () => {
      const refused = bench.workshop.shell('true', { network: 'private' });
      await expect(refused).rejects.toMatchObject({ code: 'RUNTIME_ISOLATION' });
    });
    return;
  }
  describe('a process with a private network', () => {
    test.each([
      ['slirp4netns', 'slirp4netns'],
      ['pasta', 'passt'],
    ])('of %s reaches this machine by its address, and not its loopback', async (tool, name) => {
      ensureTool(tool, name);
      const env = { ...process.env, LAMINA_NETWORK_TOOL: tool };
      await using workshop = new Workshop((options) => bench.openRuntime({ ...options, env }));
      const path = uniqueWord();
      await using loopback = await serve('127.0.0.1', 'loopback');
      await using abstract = await serve(`\0${path}`, 'abstract');
      await using outside = await serve(ownAddress(), 'outside');
      const { port } = loopback;
      const targets = [
        ...[`127.0.0.1:${port}`, `127.0.0.1:${port}%tap0`, `127.1.2.3:${port}%tap0`],
        ...[`0.0.0.0:${port}%tap0`, `10.215.199.2:${port}`, `10.215.199.3:${port}`, `@${path}`],
        `${ownAddress()}:${outside.port}`,
      ];
      const ran = await workshop.run({
        args: ['/usr/bin/perl', '-e', CONNECT, ...targets],
        mounts: PERL,
        network: 'private',
      });
      expect(ran).toMatchObject({
        stderr: '',
        stdout: `${'refused\n'.repeat(7)}outside\nno raw\n`,
      });
      expect([loopback, abstract, outside].map((server) => server.count())).toEqual([0, 0, 1]);
    });

    test('has its own loopback, address and name server', async () => {
      const ran = await bench.workshop.shell(
        'ls /sys/class/net; ip -4 addr show tap0; ip route; head -n 1 /etc/resolv.conf; ip link show lo',
        { network: 'private' },
      );
      expect(ran.stdout).toContain('10.215.199.100/24');
      expect(ran.stdout).toContain('default via 10.215.199.2');
      expect(ran.stdout).toContain('nameserver 10.215.199.3\n');
      expect(ran.stdout).toMatch(/LOOPBACK,UP/);
      expect(ran.stdout).not.toMatch(/eth/);
    });

    test('has one that no other process sees', async () => {
      const script = `busybox nc -l -p 9000 -s 127.0.0.1 & busybox nc -w 1 127.0.0.1 9001; ls`;
      const both = [9000, 9001].map((port) =>
        bench.workshop.shell(script.replace('-p 9000', `-p ${port}`), { network: 'private' }),
      );
      expect((await Promise.all(both)).map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    });

    test('leaves no program and no mount when it has ended or is killed', async () => {
      const abort = new AbortController();
      const onOutput = () => abort.abort();
      await bench.workshop.shell('true', { network: 'private' });
      const killed = bench.workshop.shell(
        'echo up; sleep 1000',
        { network: 'private' },
        { onOutput, signal: abort.signal },
      );
      await expect(killed).rejects.toThrow(AbortedError);
      expect(processesWith(`${bench.workshop.directory}/sandbox/`)).toEqual([]);
    });
  });
}

/** An address of this machine that is not on its loopback. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const found = all.find(({ internal, family }) => !internal && family === 'IPv4');
  if (found === undefined) throw new Error('this machine has no address');
  return found.address;
}

/** A server that says one word to whoever connects. */
async function serve(where: string, word: string) {
  let connections = 0;
  const server: Server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => {});
    socket.end(`${word}\n`);
  });
  if (where.startsWith('\0')) server.listen(where);
  else server.listen(0, where);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    count: () => connections,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}
