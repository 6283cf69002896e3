/** Build secrets and ssh agents: where they are seen, and where their bytes must never be. */
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, Workbench } from '../support/cli.ts';

const BUILD = ['build', '--progress=plain'];
const SECRET = 'correct-horse-battery-staple-0123456789';

describe('secrets', () => {
  const bench = new Workbench();
  const file = join(bench.directory, 'token');
  let projects = 0;

  beforeAll(async () => {
    writeFileSync(file, `${SECRET}\n`, { mode: 0o600 });
    await makeBusyboxImage(bench);
  });
  afterAll(() => bench[Symbol.dispose]());

  const project = (...lines: readonly string[]) =>
    bench.project({ Dockerfile: ['FROM busybox', ...lines].join('\n') }, `project-${++projects}`);

  it('are files with the requested owner, mode and path, and gone after the step', async () => {
    const directory = project(
      'RUN --mount=type=secret,id=token stat -c "%n %a %u:%g %s" /run/secrets/token',
      'RUN --mount=type=secret,id=token,target=/home/app/.token,mode=0440,uid=1001,gid=50 stat -c "%n %a %u:%g" /home/app/.token; test ! -e /run/secrets/token; echo x > /home/app/.token || echo read-only',
      'RUN --mount=type=secret,target=/etc/token test -s /etc/token',
      'WORKDIR /work',
      'RUN --mount=type=secret,src=token,target=relative test -s /work/relative',
      'RUN test ! -e /run/secrets && test ! -e /home && test ! -e /etc/token && test ! -e /work/relative',
    );
    const { stderr } = await bench.succeed([
      ...BUILD,
      '--secret',
      `id=token,src=${file}`,
      directory,
    ]);
    expect(stderr).toContain(`/run/secrets/token 400 0:0 ${SECRET.length + 1}`);
    expect(stderr).toContain('/home/app/.token 440 1001:50');
    expect(stderr).toContain('read-only');
  });

  it('are variables for the process alone, also beside a file', async () => {
    const directory = project(
      'ENV TOKEN=public',
      'RUN --mount=type=secret,id=token,env=TOKEN test "$(echo $TOKEN | cut -c 1-7)" = correct && test ! -e /run/secrets/token',
      'RUN --mount=type=secret,id=token,env=TOKEN,target=/t test "$(cat /t)" = "$TOKEN"',
      'RUN --mount=type=secret,id=token,env= test -n "$token"',
      'RUN test "$TOKEN" = public',
    );
    const env = { MY_TOKEN: SECRET };
    await bench.succeed([...BUILD, '--secret', 'id=token,env=MY_TOKEN', directory], { env });
    await bench.succeed(
      [...BUILD, '--no-cache', '--secret', 'type=env,id=token,src=MY_TOKEN', directory],
      {
        env,
      },
    );
    await bench.succeed([...BUILD, '--no-cache', '--secret', 'id=token', directory], {
      env: { token: SECRET },
    });
  });

  it('are missed by a step that requires them, and by no other', async () => {
    const optional = project('RUN --mount=type=secret,id=token test ! -e /run/secrets/token');
    await bench.succeed([...BUILD, optional]);
    const required = project('RUN --mount=type=secret,id=token,required cat /run/secrets/token');
    const missing = await bench.lamina([...BUILD, required]);
    expect(missing.status).not.toBe(0);
    expect(missing.stderr).toContain('SECRET_MISSING');
    expect(missing.stderr).toContain('--secret id=token,src=FILE');
    expect(missing.stderr).toContain('Dockerfile:2');
    const nowhere = await bench.lamina([...BUILD, '--secret', 'id=token,src=/nowhere', required]);
    expect(nowhere.stderr).toContain('SECRET_UNREADABLE');
    const unset = await bench.succeed([...BUILD, '--secret', 'id=token,env=NOT_SET', required]);
    expect(unset.stderr).toContain('SECRET_VARIABLE_UNSET');
  });

  it('are in nothing that a build leaves or says', async () => {
    using other = new Workbench();
    await makeBusyboxImage(other);
    const directory = other.project({
      Dockerfile: [
        'FROM busybox',
        'RUN --mount=type=secret,id=token,env=TOKEN --mount=type=secret,id=token,target=/t --mount=type=cache,target=/c test -s /t && test -n "$TOKEN" && touch /made',
        'RUN --mount=type=secret,id=token,required sha256sum /run/secrets/token && exit 3',
      ].join('\n'),
    });
    const archive = join(other.directory, 'image.tar');
    const secret = ['--secret', `id=token,src=${file}`];
    const events = await other.lamina(['build', '--progress=rawjson', ...secret, directory]);
    expect(events.status).not.toBe(0);
    const plain = await other.lamina([
      '--debug',
      'build',
      '--progress=plain',
      ...secret,
      directory,
    ]);
    expect(plain.stderr).toContain('exit code: 3');
    writeFileSync(
      join(directory, 'Dockerfile'),
      readFileSync(join(directory, 'Dockerfile'), 'utf8').replace(' && exit 3', ''),
    );
    const built = await other.succeed([
      ...['build', '--progress=plain', ...secret, '-t', 'a'],
      ...['-o', 'type=image', '-o', `type=oci,dest=${archive}`, directory],
    ]);
    const said = [events, plain, built].flatMap(({ stdout, stderr }) => [stdout, stderr]);
    expect(said.filter((text) => text.includes(SECRET) || text.includes(base64()))).toEqual([]);
    expect(filesWithSecret(other.directory)).toEqual([]);
    const history = await other.succeed(['history', '--no-trunc', 'a']);
    expect(history.stdout).not.toContain(SECRET);
  });

  const base64 = () => Buffer.from(`${SECRET}\n`).toString('base64').slice(0, 20);

  function filesWithSecret(directory: string): string[] {
    return readdirSync(directory, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => {
        const bytes = readFileSync(path);
        return bytes.includes(SECRET) || bytes.includes(base64());
      });
  }

  it('do not change a key', async () => {
    const directory = project('RUN --mount=type=secret,id=token cat /run/secrets/token | wc -c');
    await bench.succeed([...BUILD, '--secret', `id=token,src=${file}`, directory]);
    const again = await bench.succeed([...BUILD, '--secret', 'id=token,env=HOME', directory]);
    expect(again.stderr).toContain('CACHED');
  });

  it('are found in a layer into which a step copied one', async () => {
    const directory = project(
      'RUN --mount=type=secret,id=token mkdir /x && { head -c 1048570 /dev/zero; cat /run/secrets/token; } > /x/leak',
      'RUN --mount=type=secret,id=token,env=T --mount=type=tmpfs,target=/fine echo "$T" > /fine/x && echo a"$T"b > /.npmrc && echo abc > /harmless && echo "printed $T"',
    );
    const { stderr } = await bench.succeed([
      ...BUILD,
      '--secret',
      `id=token,src=${file}`,
      directory,
    ]);
    const warnings = stderr.match(/SECRET_IN_LAYER/g);
    expect(warnings?.length).toBeGreaterThanOrEqual(2);
    expect(stderr).toContain('/x/leak');
    expect(stderr).toContain('/.npmrc');
    expect(stderr).not.toMatch(/^WARNING.*\/harmless/m);
    expect(stderr).toMatch(/Dockerfile:2/);
    expect(stderr).toContain('printed ***');
    expect(stderr).not.toContain(SECRET);
    const told = (text: string) => text.match(/^WARNING.*SECRET_IN_LAYER/gm);
    const again = await bench.succeed([...BUILD, '--secret', `id=token,src=${file}`, directory]);
    expect(again.stderr).toContain('CACHED');
    expect(told(again.stderr)).toEqual(told(stderr));
  });
});

describe('ssh agents', () => {
  const bench = new Workbench();
  const keys = join(bench.directory, 'keys');
  const key = join(keys, 'id_ed25519');
  let publicKey: string;
  let projects = 0;
  let agents = 0;

  beforeAll(async () => {
    mkdirSync(keys);
    execute('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', key]);
    publicKey = readFileSync(`${key}.pub`, 'utf8').split(' ')[1] ?? '';
    await makeBusyboxImage(bench);
    await makeClientImage();
  });
  afterAll(() => bench[Symbol.dispose]());

  function execute(program: string, args: readonly string[], env = process.env): string {
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env });
    if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
    return stdout;
  }

  /** OpenSSH's clients of this machine with the libraries they need. */
  async function makeClientImage(): Promise<void> {
    const directory = bench.project({ Dockerfile: 'FROM busybox\nCOPY root /\n' }, 'clients');
    for (const program of ['/usr/bin/ssh-add', '/usr/bin/ssh-keygen']) {
      const libraries = execute('ldd', [program]).match(/\/\S+\.so\S*/g) ?? [];
      for (const path of [program, ...libraries]) {
        cpSync(realpathSync(path), join(directory, 'root', path), { recursive: true });
      }
    }
    await bench.succeed([...BUILD, '-t', 'ssh', directory]);
  }

  const project = (...lines: readonly string[]) =>
    bench.project({ Dockerfile: ['FROM ssh', ...lines].join('\n') }, `project-${++projects}`);

  /** Runs while an agent holds the key. */
  async function withAgent<T>(work: (socket: string) => Promise<T>): Promise<T> {
    // One of its own each time: an agent that ends removes the path it was given, later than it is told to.
    const socket = join(keys, `agent-${++agents}`);
    const started = execute('ssh-agent', ['-s', '-a', socket]);
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(started)?.[1]);
    try {
      execute('ssh-add', ['-q', key], { ...process.env, SSH_AUTH_SOCK: socket });
      return await work(socket);
    } finally {
      process.kill(pid);
      rmSync(socket, { force: true });
    }
  }

  it('list and sign for a step, but are not changed by it', async () => {
    const directory = project(
      'RUN --mount=type=ssh ssh-add -L && echo "at $SSH_AUTH_SOCK" && stat -c "%a %u:%g %F" $SSH_AUTH_SOCK',
      'RUN --mount=type=ssh ssh-add -L > /tmp/key.pub && echo text > /tmp/text && ssh-keygen -q -Y sign -n file -f /tmp/key.pub /tmp/text && grep -q SIGNATURE /tmp/text.sig && echo signed',
      'RUN --mount=type=ssh ssh-add -D || echo kept; ssh-add -l',
      'RUN test ! -e /run/buildkit && test -z "$SSH_AUTH_SOCK"',
    );
    const { stderr } = await withAgent((socket) =>
      bench.succeed([...BUILD, '--ssh', 'default', directory], { env: { SSH_AUTH_SOCK: socket } }),
    );
    expect(stderr).toContain(publicKey);
    expect(stderr).toContain('at /run/buildkit/ssh_agent.0');
    expect(stderr).toContain('600 0:0 socket');
    expect(stderr).toContain(' signed');
    expect(stderr).toContain(' kept');
  });

  it('are chosen by id, belong to whom the mount says, and stand behind SSH_AUTH_SOCK of the image', async () => {
    const directory = project(
      'ENV SSH_AUTH_SOCK=/own/agent',
      'RUN --mount=type=ssh,id=other,target=/own/agent,uid=1001,gid=50,mode=0660 ssh-add -L && stat -c "%a %u:%g" /own/agent',
      'USER app',
      'RUN --mount=type=ssh,id=other,target=/own/agent,uid=1001 ssh-add -L > /dev/null && echo as-user',
    );
    const { stderr } = await withAgent((socket) =>
      bench.succeed([...BUILD, '--ssh', `other=${socket}`, directory]),
    );
    expect(stderr).toContain(publicKey);
    expect(stderr).toContain('660 1001:50');
    expect(stderr).toContain(' as-user');
  });

  it('are made for keys, whoever may read their files, and end with the build', async () => {
    const second = join(keys, 'second');
    execute('ssh-keygen', ['-q', '-t', 'ecdsa', '-N', '', '-C', 'second', '-f', second]);
    chmodSync(second, 0o644);
    const directory = project('RUN --mount=type=ssh ssh-add -l | wc -l');
    const { stderr } = await bench.succeed([
      ...BUILD,
      '--ssh',
      `default=${key},${second}`,
      directory,
    ]);
    expect(stderr).toMatch(/ 2\n/);
    expect(processesIn(bench.store)).toEqual([]);
  });

  it('go with a build that is killed, as its secrets and its hold on caches do', async () => {
    const directory = project(
      'RUN --mount=type=ssh --mount=type=secret,id=token,env=TOKEN,target=/t --mount=type=cache,target=/c,sharing=locked echo begun; sleep 4000',
    );
    const token = join(bench.directory, 'token');
    writeFileSync(token, SECRET);
    const given = ['--ssh', `default=${key}`, '--secret', `id=token,src=${token}`];
    const child = spawn(process.execPath, [COMMAND, ...BUILD, ...given, directory], {
      env: { ...process.env, LAMINA_ROOT: bench.store },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const closed = new Promise((resolve) => child.on('close', resolve));
    let log = '';
    for await (const data of child.stderr) {
      log += data;
      if (/ begun$/m.test(log)) break;
    }
    expect(processesIn(bench.store)).toContain('ssh-agent');
    child.kill('SIGKILL');
    await closed;
    await until(() => processesIn(bench.store).length === 0);
    const left = spawnSync('grep', ['-rl', SECRET, bench.store], { encoding: 'utf8' });
    expect(left.stdout).toBe('');
    const next = project('RUN --mount=type=cache,target=/c,sharing=locked echo next');
    const { stderr } = await bench.succeed([...BUILD, next]);
    expect(stderr).toContain(' next');
  });

  /** Names of the processes that work in a directory. */
  function processesIn(directory: string): string[] {
    return readdirSync('/proc').flatMap((pid) => {
      try {
        if (!readlinkSync(`/proc/${pid}/cwd`).startsWith(directory)) return [];
        return [readFileSync(`/proc/${pid}/comm`, 'utf8').trim()];
      } catch {
        return [];
      }
    });
  }

  async function until(what: () => boolean): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!what()) {
      if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it('are refused with a reason when they cannot be had', async () => {
    const locked = join(keys, 'locked');
    execute('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'passphrase', '-f', locked]);
    const directory = project('RUN --mount=type=ssh,required ssh-add -L');
    const build = async (...args: string[]) => {
      const settings = { env: { SSH_AUTH_SOCK: '' } };
      const { status, stderr } = await bench.lamina([...BUILD, ...args, directory], settings);
      expect(status).not.toBe(0);
      return stderr;
    };
    expect(await build('--ssh', `default=${locked}`)).toContain('SSH_KEY_UNUSABLE');
    expect(await build('--ssh', 'default')).toContain('SSH_NO_AGENT');
    expect(await build('--ssh', 'default=/nowhere')).toContain('SSH_UNREADABLE');
    expect(await build()).toContain('SSH_MISSING');
    const optional = project('RUN --mount=type=ssh test ! -e "$SSH_AUTH_SOCK"');
    await bench.succeed([...BUILD, optional]);
  });
});
