/** `lamina debug`: a failed step, stages and images are looked into, and nothing changes by it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, execute, Workbench } from '../support/cli.ts';
import { ensureTool } from '../support/tools.ts';

const bench = new Workbench();
const outside = mkdtempSync(join(tmpdir(), 'lamina-secret-'));
const SECRET = 'canary-9f1c6b07d2';
const secret = ['--secret', `id=token,src=${outside}/token`];

beforeAll(async () => {
  await makeBusyboxImage(bench);
  writeFileSync(join(outside, 'token'), SECRET);
});
afterAll(() => {
  bench[Symbol.dispose]();
  rmSync(outside, { recursive: true });
});

const debug = (args: readonly string[], input?: string) =>
  bench.lamina(['debug', ...args], { input });
const shell = (script: string) => debug(['--', 'sh', '-c', script]);

/** A project whose last RUN fails, with mounts of all kinds. */
const FAILING = `FROM busybox AS other
RUN mkdir /files && echo of the other > /files/it
FROM busybox
RUN mkdir /w && chown app /w
USER app
WORKDIR /w
ENV COLOUR=blue
ARG KIND=plain
RUN --mount=type=cache,target=/cache,mode=0777 --mount=type=bind,from=other,source=/files,target=/files \\
  --mount=type=tmpfs,target=/memory --mount=type=secret,id=token,target=/run/secrets/token,mode=0444,env=TOKEN \\
  echo left > left; echo cached > /cache/it; cp /run/secrets/token copied; \\
  printf %s $TOKEN | base64 > encoded; echo $COLOUR; exit 3
`;

describe('after a RUN that failed', () => {
  let failed: string;
  beforeAll(async () => {
    const directory = bench.project({ Dockerfile: FAILING }, 'failing');
    const { status, stderr } = await bench.lamina(['build', ...secret, directory]);
    expect(status).toBe(1);
    failed = stderr;
  });

  it('the last line of the error says how to look inside', () => {
    expect(failed.trimEnd().split('\n').at(-1)).toBe('  look inside: lamina debug');
  });

  it('opens what it left behind, with its directory, user, variables and mounts', async () => {
    const script =
      'pwd; id -un; echo $COLOUR $KIND; cat left /cache/it /files/it; grep -c " /memory tmpfs" /proc/mounts';
    expect(await shell(script)).toEqual({
      status: 0,
      stdout: '/w\napp\nblue plain\nleft\ncached\nof the other\n1\n',
      stderr: '',
    });
  });

  it('ends with the status of the command, and discards its changes', async () => {
    expect((await shell('echo more > left; touch new; exit 9')).status).toBe(9);
    expect((await shell('cat left; ls')).stdout).toBe('left\nleft\n');
    expect((await debug(['--user', 'root', '--', 'id', '-u'])).stdout).toBe('0\n');
  });

  it('keeps no secret, also not what the step copied, and takes it from where it was, or the command line', async () => {
    const again = await shell('ls -A; cat /run/secrets/token; echo $TOKEN');
    expect(again).toEqual({ status: 0, stdout: `left\n${SECRET}${SECRET}\n`, stderr: '' });
    renameSync(join(outside, 'token'), join(outside, 'moved'));
    const gone = await shell('ls -A; echo $TOKEN; ls /run/secrets');
    expect(gone.stdout).toBe('left\n\n');
    expect(gone.stderr).toContain("note: the secret 'token' is not there any more: cannot read");
    const forms = [SECRET, Buffer.from(SECRET).toString('base64')];
    for (const file of readdirSync(bench.store, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const content = readFileSync(join(file.parentPath, file.name), 'latin1');
      const found = forms.filter((form) => content.includes(form));
      expect([file.name, found]).toEqual([file.name, []]);
    }
    const script = 'cat /run/secrets/token; echo $TOKEN';
    const moved = ['--secret', `id=token,src=${outside}/moved`];
    const given = await debug([...moved, '--', 'sh', '-c', script]);
    expect(given).toEqual({ status: 0, stdout: `${SECRET}${SECRET}\n`, stderr: '' });
    renameSync(join(outside, 'moved'), join(outside, 'token'));
  });

  it('gives a shell on a terminal', async () => {
    const script = ensureTool('script', 'bsdutils');
    const line = `'${process.execPath}' '${COMMAND}' debug`;
    const { stdout, status } = await execute(script, ['-qec', line, '/dev/null'], {
      env: { ...process.env, LAMINA_ROOT: bench.store, TERM: 'xterm' },
      input: 'cat left; echo sum $((40+2)); tty; exit 5\n',
    });
    expect(stdout).toContain('sum 42');
    expect(stdout).toContain('/dev/');
    expect(stdout).toContain('the failed step (Dockerfile:9)');
    expect(status).toBe(5);
  });

  it('is counted in the cache, and goes with a prune of it', async () => {
    const listed = await bench.succeed(['system', 'df', '-v']);
    expect(listed.stdout).toMatch(/failed: RUN --mount=type=cache/);
    await bench.succeed(['builder', 'prune', '-f']);
    const gone = await debug(['--', 'true']);
    expect(gone.status).toBe(125);
    expect(gone.stderr).toContain('DEBUG_NOTHING_KEPT');
  });
});

describe('a kept step', () => {
  const failing = () =>
    bench.project({ Dockerfile: 'FROM busybox\nRUN echo one > /one; exit 1\n' }, 'short');

  it('lasts until the next build', async () => {
    await bench.lamina(['build', failing()]);
    expect((await shell('cat /one')).stdout).toBe('one\n');
    const fine = bench.project({ Dockerfile: 'FROM busybox\n' }, 'fine');
    await bench.succeed(['build', '-q', fine]);
    expect((await shell('true')).stderr).toContain('DEBUG_NOTHING_KEPT');
  });

  it('is there after the build was killed', async () => {
    const args = [COMMAND, 'build', '--on-error=shell', '--progress=plain', failing()];
    const env = { ...process.env, LAMINA_ROOT: bench.store };
    const child = spawn(process.execPath, args, { env });
    child.stdin.write('echo ready\n');
    for await (const data of child.stdout) if (`${data}`.includes('ready')) break;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
    expect((await shell('cat /one')).stdout).toBe('one\n');
  });

  describe('whose builder was killed in the middle of it', () => {
    /** Kills a build once its last step has said that it is ready; the steps before are recorded. */
    async function kill(
      lines: readonly string[],
      { name, args = [] }: { readonly name: string; readonly args?: readonly string[] },
    ): Promise<void> {
      const dockerfile = (all: readonly string[]) => ({ Dockerfile: `${all.join('\n')}\n` });
      await bench.succeed(['build', '-q', bench.project(dockerfile(lines.slice(0, -1)), name)]);
      const project = bench.project(dockerfile(lines), name);
      const env = { ...process.env, LAMINA_ROOT: bench.store };
      const all = [COMMAND, 'build', '--progress=plain', ...args, project];
      const child = spawn(process.execPath, all, { env, stdio: ['ignore', 'ignore', 'pipe'] });
      let log = '';
      child.stderr.setEncoding('utf8');
      for await (const data of child.stderr) {
        log += data;
        if (/ ready$/m.test(log)) break;
      }
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await ended;
    }
    const slow = (step: string) => ['FROM busybox', 'ENV A=1', 'RUN echo base > /base', step];
    const script = 'echo half > /half; echo ready; sleep 600; echo whole > /half';

    it('opens as far as it got, also after other commands', async () => {
      await kill(slow(`RUN --mount=type=cache,target=/c ${script}`), { name: 'killed' });
      await bench.succeed(['run', '--rm', 'busybox', 'true']);
      await bench.succeed(['system', 'check']);
      const opened = await shell('cat /base /half; echo $A; ls -d /c');
      expect(opened).toEqual({ status: 0, stdout: 'base\nhalf\n1\n/c\n', stderr: '' });
      expect((await shell('cat /half')).stdout).toBe('half\n');
      const listed = await bench.succeed(['system', 'df', '-v']);
      expect(listed.stdout).toMatch(/failed: RUN --mount=type=cache/);
      await bench.succeed(['system', 'check']);
    });

    it('goes with the next build, or a prune', async () => {
      for (const next of [
        ['build', '-q', '--no-cache', failing()],
        ['builder', 'prune', '-f'],
      ]) {
        await kill(slow(`RUN ${script}`), { name: 'killed' });
        await bench.lamina(next);
        if (next[0] === 'build') await bench.succeed(['builder', 'prune', '-f']);
        expect((await shell('true')).stderr).toContain('DEBUG_NOTHING_KEPT');
        expect(readdirSync(join(bench.store, 'tmp'))).toEqual([]);
      }
    });

    const copies = `RUN --mount=type=secret,id=token cp /run/secrets/token /copy; ${script}`;

    it.each([
      ['another command comes first', () => bench.succeed(['run', '--rm', 'busybox', 'true'])],
      ['the secret has changed since', async () => writeFileSync(`${outside}/token`, `${SECRET}2`)],
    ])('is not kept if it had secrets and %s: they may be in what it left', async (_, act) => {
      writeFileSync(`${outside}/token`, SECRET);
      await kill(slow(copies), { name: 'killed', args: secret });
      await act();
      expect((await shell('true')).stderr).toContain('DEBUG_NOTHING_KEPT');
      await bench.succeed(['run', '--rm', 'busybox', 'true']);
      expect(readdirSync(join(bench.store, 'tmp'))).toEqual([]);
    });

    it('is not kept if a secret was in a variable: nobody could look for it', async () => {
      const env = ['--secret', 'id=token,env=HOME'];
      await kill(slow(copies), { name: 'killed', args: env });
      expect((await shell('true')).stderr).toContain('DEBUG_NOTHING_KEPT');
    });

    it('of a stage without a shell opens with one from outside', async () => {
      const dockerfile = [
        'FROM busybox AS tools',
        'FROM scratch',
        'COPY --from=tools /bin/busybox /x/busybox',
        'RUN ["/x/busybox", "sh", "-c", "echo half > /half; echo ready; sleep 600"]',
      ];
      await kill(dockerfile, { name: 'killed-bare' });
      const opened = await shell('cat /half; echo $0');
      expect([opened.stdout, opened.stderr]).toEqual(['half\nsh\n', '']);
    });
  });

  it('opens at once with --on-error=shell, after the error, and the build has failed', async () => {
    const args = ['build', '--on-error=shell', failing()];
    const { status, stdout, stderr } = await bench.lamina(args, { input: 'cat /one\n' });
    expect([status, stdout]).toEqual([1, 'one\n']);
    expect(stderr).toContain('RUN_FAILED');
  });

  it('of a script opens too, and a process that never started leaves nothing', async () => {
    const hello = 'FROM scratch\nCOPY hello /hello\nRUN ["/hello"]\n';
    const directory = bench.project({ Dockerfile: hello, hello: 'no program\n' }, 'empty');
    await bench.lamina(['build', directory]);
    expect((await debug(['--', 'true'])).stderr).toContain('DEBUG_NOTHING_KEPT');
    const script = 'FROM busybox\nRUN <<EOF\necho a > /a\nexit 2\nEOF\n';
    await bench.lamina(['build', bench.project({ Dockerfile: script }, 'script')]);
    expect((await shell('cat /a')).stdout).toBe('a\n');
  });
});

describe('an image', () => {
  it('without a shell gets one for the process only, and stays as it is', async () => {
    const dockerfile = 'FROM scratch\nCOPY --chmod=644 file /dir/file\nENV A=1\n';
    const bare = bench.project({ Dockerfile: dockerfile, file: 'text\n' }, 'bare');
    const built = await bench.succeed(['build', '-q', '-t', 'bare', bare]);
    const before = (await bench.succeed(['images', '--no-trunc', '-q'])).stdout;
    const script = 'ls /; cat /dir/file; echo $A; touch /new';
    const looked = await debug(['bare', '--', 'sh', '-c', script]);
    expect(looked.stderr).toBe('');
    expect(looked.stdout).toMatch(/^dev\ndir\n(etc\n)?proc\nsys\ntext\n1\n$/);
    expect((await debug(['bare'], 'cat /dir/file; ls /new\n')).stdout).toBe('text\n');
    const after = (await bench.succeed(['images', '--no-trunc', '-q'])).stdout;
    expect(after).toBe(before);
    expect(after).toContain(built.stdout.trim());
  });

  it('can be given the tools of another image', async () => {
    const dockerfile =
      'FROM busybox\nRUN cd /bin && mv busybox x && rm sh cat && ln x sh && ln x cat\n';
    const tools = bench.project({ Dockerfile: dockerfile }, 'tools');
    await bench.succeed(['build', '-q', '-t', 'tools', tools]);
    const looked = await debug(['--tools', 'tools', 'bare'], 'echo $0; cat /dir/file\n');
    expect(looked.stdout).toBe('/dev/.lamina-debug/sh\ntext\n');
  });

  it('whose shell is a link out of it gets one from outside', async () => {
    const trap = [
      'FROM busybox AS b',
      'RUN mkdir -p /x/bin && ln -s ../../../../bin/busybox /x/bin/sh',
      'FROM scratch',
      'COPY --from=b /x/ /',
    ];
    const directory = bench.project({ Dockerfile: `${trap.join('\n')}\n` }, 'trap');
    await bench.succeed(['build', '-q', '-t', 'trap', directory]);
    const looked = await debug(['trap'], 'echo $0\n');
    expect(looked).toEqual({ status: 0, stdout: '/dev/.lamina-debug/sh\n', stderr: '' });
  });
});

describe('a Dockerfile', () => {
  const STAGES = `FROM busybox AS one
RUN echo 1 > /xfirst
RUN echo 2 > /xsecond
FROM busybox
RUN echo before > /before; exit 4
RUN echo never
`;
  const project = () => bench.project({ Dockerfile: STAGES }, 'stages');
  const files = ['--', 'sh', '-c', 'cd /; echo x*'];

  it('opens at a stage, or after a step of it, and leaves no image', async () => {
    const count = async () => (await bench.succeed(['images', '-aq'])).stdout;
    const before = await count();
    const whole = await debug(['--target', 'one', project(), ...files]);
    expect(whole.stdout).toBe('xfirst xsecond\n');
    const half = await debug(['--target', 'one', '--step', '2', project(), ...files]);
    expect(half.stdout).toBe('xfirst\n');
    expect(await count()).toBe(before);
  });

  it('opens what a step left behind that fails on the way', async () => {
    const { stdout, status } = await debug(['--step', '3', project(), '--', 'cat', '/before']);
    expect([stdout, status]).toEqual(['before\n', 0]);
  });

  it('has only so many steps', async () => {
    const { stderr, status } = await debug(['--step', '7', project(), '--', 'true']);
    expect(status).toBe(125);
    expect(stderr).toContain('DEBUG_NO_STEP');
  });
});
