/** `lamina debug` under every isolation: after a step that failed, and after a build that was killed in the middle of one. */
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, Workbench } from '../support/cli.ts';
import { OrdinaryContainer } from '../support/ordinary-container.ts';
import { OrdinaryUser } from '../support/ordinary-user.ts';

/** No entry of /etc/passwd has it. */
const ARBITRARY = 12_345;
const SECRET = 'canary-3c5a97e1f4';
const ISOLATIONS = ['oci', 'builtin', 'userns', 'chroot', 'proot'] as const;

type Kind = (typeof ISOLATIONS)[number];

const BASE = `FROM busybox AS other
RUN mkdir /files && echo of the other > /files/it
FROM busybox
RUN mkdir -m 777 /w
WORKDIR /w
ENV COLOUR=blue
`;
const MOUNTS = [
  '--mount=type=cache,target=/cache,mode=0777',
  '--mount=type=bind,from=other,source=/files,target=/files',
  '--mount=type=bind,target=/context',
  '--mount=type=tmpfs,target=/memory',
  '--mount=type=secret,id=token,target=/run/secrets/token,mode=0444,env=TOKEN',
  '--mount=type=ssh,mode=0666',
].join(' ');
const STEP = `RUN ${MOUNTS} echo left > left; echo cached > /cache/it; cp /run/secrets/token copied; \\
  [ -S $SSH_AUTH_SOCK ] && echo agent > agent;`;

/** Everything that the step had, and nothing of a secret that it wrote itself. */
const LOOK = `cat left agent /cache/it /files/it /context/file; ls -d /memory; cat /run/secrets/token; echo; echo $TOKEN $COLOUR
[ -S $SSH_AUTH_SOCK ] && echo agent; pwd; ls`;
const SEEN = `left
agent
cached
of the other
of the context
/memory
${SECRET}
${SECRET} blue
agent
/w
agent
left
`;

describe('lamina debug', () => {
  const bench = new Workbench();
  const stores = new Map<Kind, Workbench>();
  let container: OrdinaryContainer;
  /** As with Kubernetes' `restricted`. */
  let restricted: OrdinaryContainer;
  let user: OrdinaryUser;
  let agent: Server;

  const token = join(bench.directory, 'token');
  const socket = join(bench.directory, 'agent');
  const given = ['--secret', `id=token,src=${token}`, '--ssh', `default=${socket}`];

  beforeAll(async () => {
    chmodSync(bench.directory, 0o755);
    await makeBusyboxImage(bench);
    const archive = join(bench.directory, 'busybox.tar');
    await bench.succeed(['save', '-o', archive, 'busybox']);
    writeFileSync(token, SECRET);
    agent = createServer((connection) => connection.end());
    await new Promise<void>((resolve) => agent.listen(socket, resolve));
    chmodSync(socket, 0o666);
    container = new OrdinaryContainer(bench.directory);
    restricted = new OrdinaryContainer(bench.directory, {
      ...{ uid: ARBITRARY, capabilities: [], noNewPrivileges: true },
    });
    user = new OrdinaryUser(join(bench.directory, 'alice'));
    for (const kind of ISOLATIONS) {
      const store = new Workbench({ store: join(bench.directory, `store-${kind}`) });
      const owner = { userns: user.uid, proot: ARBITRARY }[kind as string];
      if (owner !== undefined) {
        mkdirSync(store.store);
        chownSync(store.store, owner, owner);
      }
      await store.succeed(['load', '-q', '-i', archive], { wrapper: wrapperOf(kind) });
      stores.set(kind, store);
    }
  });
  afterAll(() => {
    agent.close();
    container[Symbol.dispose]();
    restricted[Symbol.dispose]();
    for (const store of stores.values()) store[Symbol.dispose]();
    bench[Symbol.dispose]();
  });

  function wrapperOf(kind: Kind): readonly string[] | undefined {
    if (kind === 'userns') return user.wrapper;
    if (kind === 'proot') return restricted.wrapper;
    return kind === 'chroot' ? container.wrapper : undefined;
  }

  function storeOf(kind: Kind): Workbench {
    const store = stores.get(kind);
    if (store === undefined) throw new Error(`no store for ${kind}`);
    return store;
  }

  function project(kind: Kind, step: string): string {
    const files = {
      Dockerfile: `${BASE}${step}\n`,
      '.dockerignore': 'Dockerfile\n',
      file: 'of the context\n',
    };
    return bench.project(files, `project-${kind}`);
  }

  function look(kind: Kind, flags: readonly string[] = []) {
    const args = ['debug', `--isolation=${kind}`, ...flags, '--', 'sh', '-c', LOOK];
    return storeOf(kind).lamina(args, { wrapper: wrapperOf(kind) });
  }

  it.each(ISOLATIONS)('opens what a step left under %s, with all its mounts', async (kind) => {
    const build = ['build', `--isolation=${kind}`, ...given, project(kind, `${STEP} exit 3`)];
    const failed = await storeOf(kind).lamina(build, { wrapper: wrapperOf(kind) });
    expect(failed.stderr.trimEnd().split('\n').at(-1)).toMatch(/look inside: lamina .*debug/);
    expect(await look(kind)).toEqual({ status: 0, stdout: SEEN, stderr: '' });
    expect(secretsIn(storeOf(kind).store)).toEqual([]);
  });

  it.each(ISOLATIONS)('opens how far a step got that was killed under %s', async (kind) => {
    const store = storeOf(kind);
    const wrapper = wrapperOf(kind);
    // What the step needs is recorded, as it is some two seconds after it was made.
    const whole = [
      'build',
      '-q',
      `--isolation=${kind}`,
      ...given,
      project(kind, `RUN ${MOUNTS} true`),
    ];
    await store.succeed(whole, { wrapper });
    const step = `${STEP} echo ready; sleep 600; touch never`;
    await killedBuild(kind, ['build', `--isolation=${kind}`, ...given, project(kind, step)]);
    const seen = { status: 0, stdout: SEEN, stderr: '' };
    expect(await look(kind)).toEqual(seen);
    expect(secretsIn(store.store)).toEqual([]);
    expect(await look(kind)).toEqual(seen);
  });

  /** Ends a build by SIGKILL once its step has said that it is ready. */
  async function killedBuild(kind: Kind, args: readonly string[]): Promise<void> {
    const [program = process.execPath, ...rest] = [
      ...(wrapperOf(kind) ?? []),
      ...[process.execPath, COMMAND, ...args, '--progress=plain'],
    ];
    const { store } = storeOf(kind);
    const child = spawn(program, rest, {
      env: { ...process.env, LAMINA_ROOT: store, LAMINA_BUILDER: 'default' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.setEncoding('utf8');
    for await (const data of child.stderr) {
      log += data;
      if (/ ready$/m.test(log)) break;
    }
    expect(log).toMatch(/ ready$/m);
    const ended = new Promise((resolve) => child.once('close', resolve));
    for (const pid of buildsOf(args.at(-1) ?? '')) process.kill(pid, 'SIGKILL');
    await ended;
  }
});

/** Processes that build a project of this test. */
function buildsOf(project: string): readonly number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
      return words.includes(COMMAND) && words.includes(project) ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}

/** Files of a store with the secret, in any form that the step wrote. */
function secretsIn(store: string): readonly string[] {
  return readdirSync(store, { recursive: true, withFileTypes: true }).flatMap((file) => {
    if (!file.isFile()) return [];
    const path = join(file.parentPath, file.name);
    return readFileSync(path, 'latin1').includes(SECRET) ? [path] : [];
  });
}
