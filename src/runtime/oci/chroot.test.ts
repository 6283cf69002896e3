import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runtimeSuite } from '../../../test/runtime-suite/index.ts';
import { processesWith, uniqueWord } from '../../../test/support/process-list.ts';
import { everything, file } from '../../../test/support/runtime-files.ts';
import {
  buildProgram,
  buildRunner,
  PROGRAM_PATH,
  programEnv,
  Workshop,
} from '../../../test/support/workshop.ts';
import { openRuntime } from '../open-runtime.ts';
import type { OpenRuntime } from '../process/index.ts';

const open: OpenRuntime = (options) => openRuntime({ ...options, isolation: 'chroot' });

let workshop: Workshop;
beforeAll(() => {
  buildRunner();
  buildProgram();
  workshop = new Workshop(open);
});
afterAll(() => workshop[Symbol.asyncDispose]());

runtimeSuite('chroot', open);

/** A directory of lamina's that is at /cache while the process runs. */
function cacheMount() {
  const source = workshop.makeDirectory();
  writeFileSync(`${source}/kept`, 'kept\n');
  return { kind: 'bind', source, target: '/cache', readonly: false, owned: true } as const;
}

describe('what is put into the root file system', () => {
  test('covers a file of the image, which is back for the next step and in no layer', async () => {
    const root = workshop.makeRoot();
    mkdirSync(`${root}/run`);
    writeFileSync(`${root}/run/token`, 'of the image\n');
    const upper = workshop.makeDirectory();
    const mounts = [file('/run/token', 'secret\n')];
    const first = await workshop.shell('cat /run/token; touch /one', { root, upper, mounts });
    expect(first.stdout).toBe('secret\n');
    expect(everything(upper)).toEqual(['one']);
    const lowers = [root, upper].map((path) => ({ kind: 'directory', path }) as const);
    const next = workshop.makeDirectory();
    const second = await workshop.shell('cat /run/token; ls /one', { lowers, root, upper: next });
    expect(second.stdout).toBe('of the image\n/one\n');
    expect(everything(next)).toEqual([]);
  });

  test('is in no layer, wherever the process moves or links it', async () => {
    const upper = workshop.makeDirectory();
    const mounts = [file('/run/a', 'secret\n'), file('/run/b', 'secret\n')];
    await workshop.shell('mv /run/a /moved; ln /run/b /linked; mkdir /d; ln /run/b /d/x', {
      upper,
      mounts,
    });
    expect(everything(upper)).toEqual(['d']);
  });

  test('is in no layer when the process replaces it', async () => {
    const upper = workshop.makeDirectory();
    const mounts = [file('/run/a', 'secret\n')];
    await workshop.shell('cp /run/a /x; mv /x /run/a', { upper, mounts });
    expect(everything(upper)).toEqual([]);
  });

  test('of a cache is back with its changes', async () => {
    const cache = cacheMount();
    const upper = workshop.makeDirectory();
    const ran = await workshop.shell('cat /cache/kept; echo 2 > /cache/new; echo 3 > /own', {
      upper,
      mounts: [cache],
    });
    expect(ran.stdout).toBe('kept\n');
    expect(everything(cache.source)).toEqual(['kept', 'new']);
    expect(everything(upper)).toEqual(['own']);
  });

  test('of a cache to read only is a copy', async () => {
    const cache = { ...cacheMount(), readonly: true };
    const ran = await workshop.shell('cat /cache/kept; echo 2 > /cache/new', { mounts: [cache] });
    expect(ran.stdout).toBe('kept\n');
    expect(everything(cache.source)).toEqual(['kept']);
  });

  test('of a cache is back wherever the process has moved it', async () => {
    const cache = { ...cacheMount(), target: '/a/cache' };
    const upper = workshop.makeDirectory();
    await workshop.shell('mv /a/cache /b; mkdir /b/deep', { upper, mounts: [cache] });
    expect(everything(cache.source)).toEqual(['deep', 'kept']);
    expect(everything(upper)).toEqual([]);
  });

  test('is not taken from outside, when its directory was replaced by a link', async () => {
    const victim = workshop.makeDirectory();
    writeFileSync(`${victim}/token`, 'mine');
    mkdirSync(`${victim}/null`);
    const upper = workshop.makeDirectory();
    const cache = { ...cacheMount(), target: '/run/c' };
    const mounts = [file('/run/secrets/token', 'secret\n'), cache];
    const script = `mv /run /elsewhere; ln -s ${victim} /run; ln -s ${victim} /elsewhere/x
      rm -rf /dev; ln -s ${victim} /dev; mkdir /run; true`;
    await workshop.shell(script, { upper, mounts });
    expect(everything(victim)).toEqual(['null', 'token']);
    expect(readFileSync(`${victim}/token`, 'utf8')).toBe('mine');
    expect(readdirSync(`${upper}/elsewhere`).sort()).toEqual(['secrets', 'x']);
    expect(readdirSync(`${upper}/elsewhere/secrets`)).toEqual([]);
    expect(readdirSync(cache.source)).toEqual(['kept']);
  });
});

describe('the layer of a step in a copy', () => {
  test('has no names of a file of which another name was removed', async () => {
    const root = workshop.makeRoot();
    const made = workshop.makeDirectory();
    const one = [{ kind: 'directory', path: root } as const];
    const first = await workshop.shell('echo x > /a; ln /a /b; ln /a /c', {
      ...{ lowers: one, root, upper: made },
    });
    expect(first.exitCode).toBe(0);
    const lowers = [...one, { kind: 'directory', path: made } as const];
    const upper = workshop.makeDirectory();
    await workshop.shell('rm /b', { lowers, root, upper });
    expect(everything(upper)).toEqual(['b']);
    const upper2 = workshop.makeDirectory();
    await workshop.shell('chmod 600 /a', { lowers, root, upper: upper2 });
    expect(everything(upper2)).toEqual(['a', 'b', 'c']);
    expect(statSync(`${upper2}/a`).ino).toBe(statSync(`${upper2}/c`).ino);
  });

  test('has a file of the same size and time that was written in the first moment', async () => {
    const root = workshop.makeRoot();
    writeFileSync(`${root}/f`, 'one');
    const upper = workshop.makeDirectory();
    const script =
      'touch -r /f /ref 2>/dev/null; echo -n two > /f; touch -r /ref /f 2>/dev/null; true';
    await workshop.shell(script, { root, upper });
    expect(readFileSync(`${upper}/f`, 'utf8')).toBe('two');
  });

  test('does not share files with the copy that the next step changes', async () => {
    const first = workshop.makeDirectory();
    await workshop.shell('echo 1 > /f', { upper: first });
    const lowers = [workshop.root, first].map((path) => ({ kind: 'directory', path }) as const);
    const upper = workshop.makeDirectory();
    await workshop.shell('echo 2 >> /f', { lowers, upper });
    expect(readFileSync(`${first}/f`, 'utf8')).toBe('1\n');
    expect(readFileSync(`${upper}/f`, 'utf8')).toBe('1\n2\n');
  });
});

describe('processes without namespaces', () => {
  test('end with the first one, also daemons', async () => {
    const word = uniqueWord();
    const script = `(setsid sh -c 'sleep 1000; : ${word}' &) & sleep 0.1; echo done`;
    expect((await workshop.shell(script)).stdout).toBe('done\n');
    expect(processesWith(word)).toEqual([]);
  });

  test('and files that were put somewhere end with a killed lamina', async () => {
    const word = uniqueWord();
    await using idle = new Workshop(open);
    const cache = idle.makeDirectory();
    writeFileSync(`${cache}/kept`, '');
    const mount = { kind: 'bind', source: cache, target: '/c', readonly: false } as const;
    const script = `trap '' TERM HUP; (setsid sleep 1000 &); sleep 1000 & echo up; wait; : ${word}`;
    const spec = idle.spec({
      args: ['/bin/sh', '-c', script],
      upper: idle.makeDirectory(),
      mounts: [{ ...mount, owned: true }],
    });
    const stateDirectory = idle.makeDirectory();
    const task = { isolation: 'chroot', spec, stateDirectory, foreground: undefined } as const;
    const child = spawn(process.execPath, [PROGRAM_PATH], {
      env: programEnv(task),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect(existsSync(cache)).toBe(false);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const isLeft = () => readdirSync(stateDirectory).some((name) => name.startsWith('chroot'));
    while (processesWith(word).length > 0 || isLeft()) await delay(5);
    expect(readdirSync(cache)).toEqual(['kept']);
  });

  test.each([
    ['networks of its own', { network: 'none' }],
    ['limits of control groups', { limits: { pids: 5 } }],
  ] as const)('have no %s, which is said', async (what, wanted) => {
    await expect(workshop.run(wanted)).rejects.toMatchObject({
      code: 'RUNTIME_ISOLATION',
      message: `the isolation chroot has no ${what}`,
    });
  });

  test("write only lamina's own directories", async () => {
    const source = workshop.makeDirectory();
    const mounts = [{ kind: 'bind', source, target: '/m', readonly: false } as const];
    await expect(workshop.run({ mounts })).rejects.toMatchObject({ code: 'RUNTIME_ISOLATION' });
  });
});
