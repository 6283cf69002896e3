/** The root file system of a process, and what of its changes reaches the layer. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, test } from 'vitest';
import { lowerOf } from '../../src/layers/index.ts';
import { ownerInTree, setOwner } from '../../src/system/index.ts';
import { entry, openTestStore, packLayer } from '../support/layers.ts';
import { everything, file } from '../support/runtime-files.ts';
import type { Bench } from './bench.ts';

export function fileCases(bench: Bench): void {
  describe('the layer of a step', () => {
    test('is empty when the process writes nothing', async () => {
      const upper = bench.workshop.makeDirectory();
      expect(await bench.workshop.run({ upper })).toMatchObject({ exitCode: 0 });
      expect(everything(upper)).toEqual([]);
      expect(readdirSync(bench.workshop.directory)).not.toContain(`${upper}.work`);
    });

    test('has only the file that the process made', async () => {
      const upper = bench.workshop.makeDirectory();
      await bench.workshop.shell('touch /x', { upper });
      expect(everything(upper)).toEqual(['x']);
    });

    test('has no trace of mount points, however deep', async () => {
      const upper = bench.workshop.makeDirectory();
      const ran = await bench.workshop.shell(
        'cat /run/secrets/deep/token /opt/a/b/s && touch /y && ls /var/cache/x/y',
        {
          upper,
          mounts: [
            file('/run/secrets/deep/token', 'secret\n'),
            file('/opt/a/b/s', 'script\n'),
            { kind: 'tmpfs', target: '/var/cache/x/y' },
          ],
        },
      );
      expect(ran).toMatchObject({ exitCode: 0, stdout: 'secret\nscript\n' });
      expect(everything(upper)).toEqual(['y']);
    });

    test('has files written beside a mount point, in directories as new ones are', async () => {
      const upper = bench.workshop.makeDirectory();
      await bench.workshop.shell('echo 1 > /etc/own', { upper });
      expect(everything(upper)).toEqual(['etc', 'etc/own']);
      expect(statSync(`${upper}/etc`).mode & 0o7777).toBe(0o755);
    });

    test('has the root directory as the image has it', async () => {
      const root = bench.workshop.makeRoot();
      chmodSync(root, 0o751);
      utimesSync(root, 1000, 1000);
      const upper = bench.workshop.makeDirectory();
      const ran = await bench.workshop.shell('stat -c "%a %Y" /', { root, upper });
      expect(ran.stdout).toBe('751 1000\n');
      expect(statSync(upper).mtimeMs).toBe(1_000_000);
    });

    test('keeps mode, owner and time of directories that hold a mount point', async () => {
      const root = bench.workshop.makeRoot();
      mkdirSync(`${root}/etc`);
      writeFileSync(`${root}/etc/passwd`, 'root:x:0:0::/root:/bin/sh\n');
      const { idMap } = bench.capabilities;
      const owner = idMap === 'single' ? { uid: 0, gid: 0 } : { uid: 7, gid: 8 };
      setOwner(`${root}/etc`, owner, idMap);
      chmodSync(`${root}/etc`, 0o2750);
      utimesSync(`${root}/etc`, 5000, 5000);
      const upper = bench.workshop.makeDirectory();
      const ran = await bench.workshop.shell(
        'stat -c "%a %u %g %Y" /etc; cat /etc/passwd; chmod 600 /etc/passwd',
        { root, upper },
      );
      expect(ran.stdout).toBe(`2750 ${owner.uid} ${owner.gid} 5000\nroot:x:0:0::/root:/bin/sh\n`);
      expect(everything(upper)).toEqual(['etc', 'etc/passwd']);
      const stat = statSync(`${upper}/etc`);
      expect(stat.mtimeMs).toBe(5_000_000);
      expect(ownerInTree(idMap, stat)).toMatchObject(owner);
    });

    test('marks deleted files', async () => {
      const upper = bench.workshop.makeDirectory();
      await bench.workshop.shell('rm /bin/tail', { upper });
      expect(everything(upper)).toEqual(['bin', 'bin/tail']);
      expect(lstatSync(`${upper}/bin/tail`)).toMatchObject({ rdev: 0 });
      expect(lstatSync(`${upper}/bin/tail`).isCharacterDevice()).toBe(true);
    });

    test('is empty also where links in the image lead mount points elsewhere', async () => {
      const root = bench.workshop.makeRoot();
      mkdirSync(`${root}/etc`);
      symlinkSync('../run/systemd/resolve/stub-resolv.conf', `${root}/etc/resolv.conf`);
      symlinkSync('/../../../../private', `${root}/var`);
      const upper = bench.workshop.makeDirectory();
      const ran = await bench.workshop.shell('cat /etc/resolv.conf; cat /private/lib/s', {
        root,
        upper,
        mounts: [file('/var/lib/s', 'deep\n')],
      });
      expect(ran).toMatchObject({
        exitCode: 0,
        stdout: `${readFileSync('/etc/resolv.conf', 'utf8')}deep\n`,
      });
      expect(everything(upper)).toEqual([]);
    });

    test('has the working directory, made for the user, when the image lacks it', async () => {
      const upper = bench.workshop.makeDirectory();
      const ran = await bench.workshop.shell('pwd; touch made', {
        upper,
        cwd: '/srv/app/x',
        user: '12:34',
      });
      expect(ran).toMatchObject({ exitCode: 0, stdout: '/srv/app/x\n' });
      expect(everything(upper)).toEqual(['srv', 'srv/app', 'srv/app/x', 'srv/app/x/made']);
      const { idMap } = bench.capabilities;
      const owner = idMap === 'single' ? { uid: 0, gid: 0 } : { uid: 12, gid: 34 };
      expect(statSync(`${upper}/srv/app`).mode).toBe(0o40755);
      expect(ownerInTree(idMap, statSync(`${upper}/srv/app`))).toMatchObject(owner);
    });
  });

  describe('root filesystems', () => {
    test('of nothing at all', async () => {
      const empty = bench.workshop.makeDirectory();
      const upper = bench.workshop.makeDirectory();
      const bin = {
        kind: 'bind',
        source: `${bench.workshop.root}/bin`,
        target: '/bin',
        readonly: true,
      } as const;
      const ran = await bench.workshop.shell('ls /; touch /x', {
        lowers: [],
        root: empty,
        upper,
        mounts: [bin],
      });
      expect(ran).toMatchObject({ exitCode: 0, stdout: 'bin\ndev\netc\nproc\nsys\n' });
      expect(everything(upper)).toEqual(['x']);
    });

    if (bench.capabilities.namespaces) {
      test('without an upper directory are read-only', async () => {
        const ran = await bench.workshop.shell('touch /x');
        expect(ran.exitCode).not.toBe(0);
        expect(ran.stderr).toContain('Read-only');
      });

      test('of one layer that has all mount points, read-only', async () => {
        const root = bench.workshop.makeRoot();
        for (const name of ['proc', 'dev', 'sys', 'etc']) mkdirSync(`${root}/${name}`);
        for (const name of ['hosts', 'resolv.conf']) writeFileSync(`${root}/etc/${name}`, '');
        const ran = await bench.workshop.shell('touch /x || ls /', { root });
        expect(ran.stdout).toBe('bin\ndev\netc\nproc\nsys\n');
        expect(readFileSync(`${root}/etc/hosts`, 'utf8')).toBe('');
      });
    }

    test('of many layers, the last on top', async () => {
      const layers = Array.from({ length: 120 }, (_, index) => {
        const path = bench.workshop.makeDirectory();
        writeFileSync(`${path}/f${index}`, '');
        writeFileSync(`${path}/top`, `${index}`);
        return { kind: 'directory', path } as const;
      });
      const lowers = [{ kind: 'directory', path: bench.workshop.root } as const, ...layers];
      const ran = await bench.workshop.shell('cat /top; ls / | grep -c ^f', { lowers });
      expect(ran.stdout).toBe('119120\n');
    });
  });

  if (bench.capabilities.mounts.erofs) {
    test('a layer can be an EROFS image over its tar, shared by processes that run at once', async () => {
      const store = openTestStore();
      const content = Buffer.from('from the tar');
      const hello = entry('hello', { size: content.length });
      const id = await packLayer(store, [{ kind: 'entry', entry: hello, content }]);
      const lower = await lowerOf(store, id, { form: bench.capabilities, erofs: true });
      expect(lower.kind).toBe('erofs');
      const lowers = [{ kind: 'directory', path: bench.workshop.root } as const, lower];
      const three = Array.from({ length: 3 }, () => bench.workshop.shell('cat /hello', { lowers }));
      for (const ran of await Promise.all(three)) expect(ran.stdout).toBe('from the tar');
      rmSync(store.root, { recursive: true });
    });
  }
}
