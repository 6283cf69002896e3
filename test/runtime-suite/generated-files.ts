/** The files that every container gets. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Workshop } from '../support/workshop.ts';
import type { Bench } from './bench.ts';

export function generatedFileCases(bench: Bench): void {
  describe('generated files', () => {
    test('hosts names this machine and what was added', async () => {
      const extraHosts = [{ name: 'db', address: '10.0.0.7' }];
      const ran = await bench.workshop.shell('cat /etc/hosts', { hostname: 'box', extraHosts });
      expect(ran.stdout).toBe(
        '127.0.0.1\tlocalhost box\n::1\tlocalhost ip6-localhost ip6-loopback\n10.0.0.7\tdb\n',
      );
    });

    test('name servers are those of the machine', async () => {
      const ran = await bench.workshop.shell('cat /etc/resolv.conf');
      expect(ran.stdout).toBe(readFileSync('/etc/resolv.conf', 'utf8'));
    });

    test('a build step cannot write them, a container can', async () => {
      const upper = bench.workshop.makeDirectory();
      const step = await bench.workshop.shell('echo x >> /etc/hosts', { upper });
      if (bench.capabilities.namespaces) expect(step.exitCode).not.toBe(0);
      expect(readdirSync(upper)).toEqual([]);
      const container = { upper: bench.workshop.makeDirectory(), container: true, hostname: 'box' };
      const ran = await bench.workshop.shell(
        'echo 1.2.3.4 x >> /etc/hosts; tail -n 1 /etc/hosts; cat /etc/hostname',
        container,
      );
      expect(ran.stdout).toBe('1.2.3.4 x\nbox\n');
      expect(readdirSync(container.upper)).toEqual([]);
    });
  });

  test('a closed runtime leaves its directory empty', async () => {
    const directory = bench.workshop.makeDirectory();
    const other = new Workshop(bench.openRuntime);
    await other.run({});
    await other[Symbol.asyncDispose]();
    expect(existsSync(other.directory)).toBe(false);
    expect(readdirSync(directory)).toEqual([]);
  });
}
