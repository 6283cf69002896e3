/** What a process sees of files, and what of them reaches its layer. */

import {
  chmodSync,
  chownSync,
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
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entry, openTestStore, packLayer } from '../../../test/support/layers.ts';
import { buildRunner, Workshop } from '../../../test/support/sandbox.ts';
import { lowerOf } from '../../layers/index.ts';
import { ROOT_FORM } from '../../system/index.ts';

let workshop: Workshop;
beforeAll(() => {
  buildRunner();
  workshop = new Workshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

/** Every path below a directory. */
function everything(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort();
}

describe('the layer of a step', () => {
  test('is empty when the process writes nothing', async () => {
    const upper = workshop.makeDirectory();
    expect(await workshop.run({ upper })).toMatchObject({ exitCode: 0 });
    expect(everything(upper)).toEqual([]);
    expect(readdirSync(workshop.directory)).not.toContain(`${upper}.work`);
  });

  test('has only the file that the process made', async () => {
    const upper = workshop.makeDirectory();
    await workshop.shell('touch /x', { upper });
    expect(everything(upper)).toEqual(['x']);
  });

  test('has no trace of mount points, however deep', async () => {
    const upper = workshop.makeDirectory();
    const ran = await workshop.shell(
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
    const upper = workshop.makeDirectory();
    await workshop.shell('echo 1 > /etc/own', { upper });
    expect(everything(upper)).toEqual(['etc', 'etc/own']);
    expect(statSync(`${upper}/etc`).mode & 0o7777).toBe(0o755);
  });

  test('has the root directory as the image has it', async () => {
    const root = workshop.makeRoot();
    chmodSync(root, 0o751);
    utimesSync(root, 1000, 1000);
    const upper = workshop.makeDirectory();
    const ran = await workshop.shell('stat -c "%a %Y" /', { root, upper });
    expect(ran.stdout).toBe('751 1000\n');
    expect(statSync(upper).mtimeMs).toBe(1_000_000);
  });

  test('keeps mode, owner and time of directories that hold a mount point', async () => {
    const root = workshop.makeRoot();
    mkdirSync(`${root}/etc`);
    writeFileSync(`${root}/etc/passwd`, 'root:x:0:0::/root:/bin/sh\n');
    chownSync(`${root}/etc`, 7, 8);
    chmodSync(`${root}/etc`, 0o2750);
    utimesSync(`${root}/etc`, 5000, 5000);
    const upper = workshop.makeDirectory();
    const ran = await workshop.shell(
      'stat -c "%a %u %g %Y" /etc; cat /etc/passwd; chmod 600 /etc/passwd',
      { root, upper },
    );
    expect(ran.stdout).toBe('2750 7 8 5000\nroot:x:0:0::/root:/bin/sh\n');
    expect(everything(upper)).toEqual(['etc', 'etc/passwd']);
    expect(statSync(`${upper}/etc`)).toMatchObject({ uid: 7, gid: 8, mtimeMs: 5_000_000 });
  });

  test('marks deleted files', async () => {
    const upper = workshop.makeDirectory();
    await workshop.shell('rm /bin/tail', { upper });
    expect(everything(upper)).toEqual(['bin', 'bin/tail']);
    expect(lstatSync(`${upper}/bin/tail`)).toMatchObject({ rdev: 0 });
    expect(lstatSync(`${upper}/bin/tail`).isCharacterDevice()).toBe(true);
  });

  test('is empty also where links in the image lead mount points elsewhere', async () => {
    const root = workshop.makeRoot();
    mkdirSync(`${root}/etc`);
    symlinkSync('../run/systemd/resolve/stub-resolv.conf', `${root}/etc/resolv.conf`);
    symlinkSync('/../../../../private', `${root}/var`);
    const upper = workshop.makeDirectory();
    const ran = await workshop.shell('cat /etc/resolv.conf; cat /private/lib/s', {
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
    const upper = workshop.makeDirectory();
    const ran = await workshop.shell('pwd; touch made', {
      upper,
      cwd: '/srv/app/x',
      user: '12:34',
    });
    expect(ran).toMatchObject({ exitCode: 0, stdout: '/srv/app/x\n' });
    expect(everything(upper)).toEqual(['srv', 'srv/app', 'srv/app/x', 'srv/app/x/made']);
    expect(statSync(`${upper}/srv/app`)).toMatchObject({ uid: 12, gid: 34, mode: 0o40755 });
  });
});

describe('root filesystems', () => {
  test('of nothing at all', async () => {
    const empty = workshop.makeDirectory();
    const upper = workshop.makeDirectory();
    const bin = {
      kind: 'bind',
      source: `${workshop.root}/bin`,
      target: '/bin',
      readonly: true,
    } as const;
    const ran = await workshop.shell('ls /; touch /x', {
      lowers: [],
      root: empty,
      upper,
      mounts: [bin],
    });
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'bin\ndev\netc\nproc\nsys\n' });
    expect(everything(upper)).toEqual(['x']);
  });

  test('without an upper directory are read-only', async () => {
    const ran = await workshop.shell('touch /x');
    expect(ran.exitCode).not.toBe(0);
    expect(ran.stderr).toContain('Read-only');
  });

  test('of one layer that has all mount points, read-only', async () => {
    const root = workshop.makeRoot();
    for (const name of ['proc', 'dev', 'sys', 'etc']) mkdirSync(`${root}/${name}`);
    for (const name of ['hosts', 'resolv.conf']) writeFileSync(`${root}/etc/${name}`, '');
    const ran = await workshop.shell('touch /x || ls /', { root });
    expect(ran.stdout).toBe('bin\ndev\netc\nproc\nsys\n');
    expect(readFileSync(`${root}/etc/hosts`, 'utf8')).toBe('');
  });

  test('of many layers, the last on top', async () => {
    const layers = Array.from({ length: 120 }, (_, index) => {
      const path = workshop.makeDirectory();
      writeFileSync(`${path}/f${index}`, '');
      writeFileSync(`${path}/top`, `${index}`);
      return { kind: 'directory', path } as const;
    });
    const lowers = [{ kind: 'directory', path: workshop.root } as const, ...layers];
    const ran = await workshop.shell('cat /top; ls / | grep -c ^f', { lowers });
    expect(ran.stdout).toBe('119120\n');
  });
});

test('a layer can be an EROFS image over its tar, shared by processes that run at once', async () => {
  const store = openTestStore();
  const content = Buffer.from('from the tar');
  const hello = entry('hello', { size: content.length });
  const id = await packLayer(store, [{ kind: 'entry', entry: hello, content }]);
  const lower = await lowerOf(store, id, { form: ROOT_FORM, erofs: true });
  expect(lower.kind).toBe('erofs');
  const lowers = [{ kind: 'directory', path: workshop.root } as const, lower];
  const three = Array.from({ length: 3 }, () => workshop.shell('cat /hello', { lowers }));
  for (const ran of await Promise.all(three)) expect(ran.stdout).toBe('from the tar');
  rmSync(store.root, { recursive: true });
});

describe('mounts', () => {
  test('a directory of the host, to write and to read only', async () => {
    const source = workshop.makeDirectory();
    const bind = { kind: 'bind', source, target: '/host' } as const;
    await workshop.shell('echo 1 > /host/a', { mounts: [{ ...bind, readonly: false }] });
    expect(readFileSync(`${source}/a`, 'utf8')).toBe('1\n');
    const ran = await workshop.shell('cat /host/a; touch /host/b', {
      mounts: [{ ...bind, readonly: true }],
    });
    expect(ran.stdout).toBe('1\n');
    expect(readdirSync(source)).toEqual(['a']);
  });

  test('a host path that is not UTF-8', async () => {
    const source = `${workshop.makeDirectory()}/\xff`;
    mkdirSync(Buffer.from(source, 'latin1'));
    writeFileSync(Buffer.from(`${source}/a`, 'latin1'), 'x');
    const mounts = [{ kind: 'bind', source, target: '/ü', readonly: true } as const];
    expect((await workshop.shell('cat /ü/a', { mounts })).stdout).toBe('x');
    rmSync(Buffer.from(source, 'latin1'), { recursive: true });
  });

  test('a file in memory has its content, mode and owner, and cannot be written', async () => {
    const mounts = [{ ...file('/run/s', 'top secret'), mode: 0o440, uid: 5, gid: 6 }];
    const ran = await workshop.shell('cat /run/s; stat -c " %a %u %g" /run/s; echo x > /run/s', {
      mounts,
    });
    expect(ran.stdout).toBe('top secret 440 5 6\n');
    expect(ran.exitCode).not.toBe(0);
  });

  test('a script in memory can be executed', async () => {
    const mounts = [{ ...file('/dev/pipes/EOF', '#!/bin/sh\necho ran "$@"\n'), mode: 0o755 }];
    expect((await workshop.run({ args: ['/dev/pipes/EOF', 'x'], mounts })).stdout).toBe('ran x\n');
  });

  test('memory of a size', async () => {
    const mounts = [{ kind: 'tmpfs', target: '/t', size: 1024 * 1024 } as const];
    const ran = await workshop.shell(
      'stat -c %a /t; head -c 2000000 /dev/zero > /t/x; stat -c %s /t/x',
      { mounts },
    );
    expect(ran.stdout).toBe(`1777\n${1024 * 1024}\n`);
  });

  test('layers of another file system, whose writes are thrown away', async () => {
    const source = workshop.makeDirectory();
    mkdirSync(`${source}/in/side`, { recursive: true });
    writeFileSync(`${source}/in/side/a`, 'x');
    const lowers = [{ kind: 'directory', path: source } as const];
    const layers = { kind: 'layers', lowers, source: 'in', target: '/from' } as const;
    const reading = await workshop.shell('cat /from/side/a; touch /from/b', { mounts: [layers] });
    expect(reading).toMatchObject({ stdout: 'x' });
    expect(reading.exitCode).not.toBe(0);
    const scratch = workshop.makeDirectory();
    const writing = await workshop.shell('touch /from/b; ls /from', {
      mounts: [{ ...layers, scratch }],
    });
    expect(writing.stdout).toBe('b\nside\n');
    expect(everything(source)).toEqual(['in', 'in/side', 'in/side/a']);
  });

  test('a file of layers, and layers of nothing', async () => {
    const source = workshop.makeDirectory();
    writeFileSync(`${source}/a`, 'x');
    const lowers = [{ kind: 'directory', path: source } as const];
    const ran = await workshop.shell('cat /f; ls /empty', {
      mounts: [
        { kind: 'layers', lowers, source: 'a', target: '/f', targetKind: 'file' },
        { kind: 'layers', lowers: [], source: '', target: '/empty' },
      ],
    });
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'x' });
  });

  test('one inside the other, in any order', async () => {
    const ran = await workshop.shell('ls /a; cat /a/b/c', {
      mounts: [file('/a/b/c', 'x\n'), { kind: 'tmpfs', target: '/a' }],
    });
    expect(ran.stdout).toBe('b\nx\n');
  });
});

function file(target: string, text: string) {
  const content = Buffer.from(text).toString('base64');
  return { kind: 'file', target, content, mode: 0o400, uid: 0, gid: 0 } as const;
}
