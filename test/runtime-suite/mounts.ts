/** What is mounted into a container beside its root file system. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { everything, file } from '../support/runtime-files.ts';
import type { Bench } from './bench.ts';

export function mountCases(bench: Bench): void {
  describe('mounts', () => {
    test('a directory of the host, to write and to read only', async () => {
      const source = bench.workshop.makeDirectory();
      const bind = { kind: 'bind', source, target: '/host', owned: true } as const;
      await bench.workshop.shell('echo 1 > /host/a', { mounts: [{ ...bind, readonly: false }] });
      expect(readFileSync(`${source}/a`, 'utf8')).toBe('1\n');
      const ran = await bench.workshop.shell('cat /host/a; touch /host/b', {
        mounts: [{ ...bind, owned: false, readonly: true }],
      });
      expect(ran.stdout).toBe('1\n');
      expect(readdirSync(source)).toEqual(['a']);
    });

    test('a host path that is not UTF-8', async () => {
      const source = `${bench.workshop.makeDirectory()}/\xff`;
      mkdirSync(Buffer.from(source, 'latin1'));
      writeFileSync(Buffer.from(`${source}/a`, 'latin1'), 'x');
      const mounts = [{ kind: 'bind', source, target: '/ü', readonly: true } as const];
      expect((await bench.workshop.shell('cat /ü/a', { mounts })).stdout).toBe('x');
      rmSync(Buffer.from(source, 'latin1'), { recursive: true });
    });

    test('a file in memory has its content, mode and owner, and cannot be written', async () => {
      const mounts = [{ ...file('/run/s', 'top secret'), mode: 0o440, uid: 5, gid: 6 }];
      const ran = await bench.workshop.shell(
        'cat /run/s; stat -c " %a %u %g" /run/s; echo x > /run/s',
        {
          mounts,
        },
      );
      const owner = bench.capabilities.idMap === 'single' ? '0 0' : '5 6';
      expect(ran.stdout).toBe(`top secret 440 ${owner}\n`);
      if (bench.capabilities.namespaces) expect(ran.exitCode).not.toBe(0);
    });

    test('a script in memory can be executed', async () => {
      const mounts = [{ ...file('/dev/pipes/EOF', '#!/bin/sh\necho ran "$@"\n'), mode: 0o755 }];
      expect((await bench.workshop.run({ args: ['/dev/pipes/EOF', 'x'], mounts })).stdout).toBe(
        'ran x\n',
      );
    });

    test('memory of a size', async () => {
      const mounts = [{ kind: 'tmpfs', target: '/t', size: 1024 * 1024 } as const];
      const ran = await bench.workshop.shell(
        'stat -c %a /t; head -c 2000000 /dev/zero > /t/x; stat -c %s /t/x',
        { mounts },
      );
      const isLimited = bench.capabilities.namespaces;
      expect(ran.stdout).toBe(`1777\n${isLimited ? 1024 * 1024 : 2_000_000}\n`);
    });

    test('layers of another file system, whose writes are thrown away', async () => {
      const source = bench.workshop.makeDirectory();
      mkdirSync(`${source}/in/side`, { recursive: true });
      writeFileSync(`${source}/in/side/a`, 'x');
      const lowers = [{ kind: 'directory', path: source } as const];
      const layers = { kind: 'layers', lowers, source: 'in', target: '/from' } as const;
      const reading = await bench.workshop.shell('cat /from/side/a; touch /from/b', {
        mounts: [layers],
      });
      expect(reading).toMatchObject({ stdout: 'x' });
      if (bench.capabilities.namespaces) expect(reading.exitCode).not.toBe(0);
      const scratch = bench.workshop.makeDirectory();
      const writing = await bench.workshop.shell('touch /from/b; ls /from', {
        mounts: [{ ...layers, scratch }],
      });
      expect(writing.stdout).toBe('b\nside\n');
      expect(everything(source)).toEqual(['in', 'in/side', 'in/side/a']);
    });

    test('a file of layers, and layers of nothing', async () => {
      const source = bench.workshop.makeDirectory();
      writeFileSync(`${source}/a`, 'x');
      const lowers = [{ kind: 'directory', path: source } as const];
      const ran = await bench.workshop.shell('cat /f; ls /empty', {
        mounts: [
          { kind: 'layers', lowers, source: 'a', target: '/f', targetKind: 'file' },
          { kind: 'layers', lowers: [], source: '', target: '/empty' },
        ],
      });
      expect(ran).toMatchObject({ exitCode: 0, stdout: 'x' });
    });

    test('two at one target, of which the last is seen', async () => {
      const mounts = [file('/run/s', 'one\n'), file('/run/s', 'two\n')];
      expect((await bench.workshop.shell('cat /run/s', { mounts })).stdout).toBe('two\n');
    });

    test('one inside the other, in any order', async () => {
      const ran = await bench.workshop.shell('ls /a; cat /a/b/c', {
        mounts: [file('/a/b/c', 'x\n'), { kind: 'tmpfs', target: '/a' }],
      });
      expect(ran.stdout).toBe('b\nx\n');
    });
  });
}
