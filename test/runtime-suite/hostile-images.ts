/** An image may have links wherever something is mounted: nothing outside of it is touched. */
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { everything, file } from '../support/runtime-files.ts';
import type { Bench } from './bench.ts';

export function hostileImageCases(bench: Bench): void {
  describe('an image with links to directories of this machine', () => {
    test('at /dev, /proc, /sys and /etc changes nothing there', async () => {
      const root = bench.workshop.makeRoot();
      const victim = bench.workshop.makeDirectory();
      writeFileSync(`${victim}/null`, 'mine');
      writeFileSync(`${victim}/hosts`, 'mine');
      const before = everything(victim);
      for (const name of ['dev', 'proc', 'sys', 'etc']) symlinkSync(victim, `${root}/${name}`);
      const upper = bench.workshop.makeDirectory();
      const ran = await bench.workshop.shell('echo x > /dev/null; cat /proc/version', {
        root,
        upper,
      });
      expect(ran).toMatchObject({ exitCode: 0, stdout: readFileSync('/proc/version', 'utf8') });
      expect(everything(victim)).toEqual(before);
      expect(everything(upper)).toEqual([]);
    });

    test('on the way to a mount point has it inside the image', async () => {
      const root = bench.workshop.makeRoot();
      const victim = bench.workshop.makeDirectory();
      symlinkSync(victim, `${root}/run`);
      const upper = bench.workshop.makeDirectory();
      const mounts = [
        file('/run/deep/s', 'secret\n'),
        { kind: 'tmpfs', target: '/run/t' } as const,
      ];
      const script = `cat /run/deep/s ${victim}/deep/s; ls -a /run`;
      const ran = await bench.workshop.shell(script, { root, upper, mounts });
      expect(ran.stdout).toBe('secret\nsecret\n.\n..\ndeep\nt\n');
      expect(readdirSync(victim)).toEqual([]);
      expect(everything(upper)).toEqual([]);
    });

    test('as a working directory is followed inside the image', async () => {
      const root = bench.workshop.makeRoot();
      const victim = bench.workshop.makeDirectory();
      symlinkSync(victim, `${root}/srv`);
      const upper = bench.workshop.makeDirectory();
      await bench.workshop.shell('touch made', { root, upper, cwd: '/srv/app' });
      expect(readdirSync(victim)).toEqual([]);
    });

    test('in a directory that is mounted is refused as a mount point', async () => {
      const victim = bench.workshop.makeDirectory();
      const shared = bench.workshop.makeDirectory();
      symlinkSync(victim, `${shared}/link`);
      const ran = bench.workshop.shell('touch /shared/link/x', {
        mounts: [
          { kind: 'bind', source: shared, target: '/shared', readonly: false, owned: true },
          { kind: 'tmpfs', target: '/shared/link/below' },
        ],
      });
      await expect(ran).rejects.toMatchObject({ code: 'RUNTIME_MOUNT_TARGET' });
      expect(readdirSync(victim)).toEqual([]);
    });

    test('in a bind mount does not lead out of what is mounted of it', async () => {
      const victim = bench.workshop.makeDirectory();
      const shared = bench.workshop.makeDirectory();
      symlinkSync(victim, `${shared}/in`);
      const bind = { kind: 'bind', source: shared, within: 'in', target: '/m' } as const;
      const mounts = [{ ...bind, readonly: false, owned: true }];
      const ran = bench.workshop.shell('touch /m/x', { mounts });
      await expect(ran).rejects.toMatchObject({ code: 'RUNTIME_MOUNT_FAILED' });
      expect(readdirSync(victim)).toEqual([]);
    });
  });
}
