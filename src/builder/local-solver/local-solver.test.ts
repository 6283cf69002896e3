/** The runtime's seam: a build whose processes another runtime runs, with everything else real. */
import { lstatSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestStore } from '../../../test/support/images.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import type { BuildOptions } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { readConfig } from '../../image/index.ts';
import { MergedTree } from '../../layers/index.ts';
import type { OpenRuntime, ProcessSpec, Runtime } from '../../runtime/index.ts';
import { ROOT_FORM, type TreeForm } from '../../system/index.ts';
import { buildIn } from '../build.ts';
import { localSolver } from './local-solver.ts';

const DOCKERFILE = `FROM scratch AS tools
WORKDIR /tools
RUN ["make", "tool"]
FROM scratch
COPY --from=tools /made-by-make-tool /bin/tool
RUN --mount=type=cache,target=/cache,uid=5 --mount=type=bind,from=tools,target=/t ["use", "tool"]
USER 7:8
RUN ["use", "again"]
`;

/** The user who runs the tests. */
const SINGLE: TreeForm = { idMap: 'single', xattrFlavour: 'user' };

/** Runs no process: each leaves a file with its command. */
class FakeRuntime implements Runtime {
  readonly isolation = 'oci';
  readonly lacks = [];
  readonly capabilities;
  readonly specs: ProcessSpec[] = [];
  closed = 0;

  constructor(form: TreeForm) {
    this.capabilities = {
      ...form,
      mounts: { overlay: true, erofs: false },
      namespaces: true,
      cgroups: false,
      seccomp: false,
      network: ['host'],
      devices: false,
    } as const;
  }

  readonly open: OpenRuntime = () => this;

  async check() {}
  warmUp() {}

  async run(spec: ProcessSpec, { onOutput }: Parameters<Runtime['run']>[1] = {}) {
    this.specs.push(spec);
    const name = `made-by-${spec.args.join('-')}`;
    writeFileSync(Buffer.from(`${spec.upper}/${name}`, 'latin1'), `${name}\n`);
    onOutput?.('stdout', Buffer.from('ran\n'));
    return { exitCode: 0, signal: undefined, oomKilled: false };
  }

  forward() {
    return false;
  }

  async [Symbol.asyncDispose]() {
    this.closed++;
  }
}

let bench: TestStore;
let options: BuildOptions;

beforeEach(async () => {
  bench = await TestStore.open();
  const context = temporaryDirectory('runtime-seam');
  writeFileSync(join(context, 'Dockerfile'), DOCKERFILE);
  options = { context };
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

function buildWith(openRuntime: OpenRuntime) {
  return buildIn({ store: bench.store, env: {} }, options, {
    solver: localSolver({ openRuntime }),
  });
}

describe.each([
  ['root', ROOT_FORM],
  ['an ordinary user', SINGLE],
])('a build with another runtime, with files as %s makes them', (_, form) => {
  it('makes layers of what its processes left', async () => {
    const runtime = new FakeRuntime(form);
    const { images } = await buildWith(runtime.open);
    const [image] = images;
    if (image === undefined) throw new Error('no image was made');
    const tree = MergedTree.of(
      bench.store,
      image.layers.map(({ id }) => id),
    );
    const names = ['bin', 'made-by-use-again', 'made-by-use-tool'];
    expect(tree.list('').map(({ path }) => path)).toEqual(names);
    // With one id, the owner is that of the step's user, not of the file.
    const owner = form.idMap === 'single' ? { uid: 7, gid: 8 } : { uid: 0, gid: 0 };
    expect(tree.lookup('made-by-use-again')).toMatchObject({ ...owner, size: 18 });
    expect(tree.lookup('bin/tool')).toMatchObject({ type: 'file', size: 18 });
    const { history = [] } = await readConfig(bench.store, image);
    expect(history.filter(({ empty_layer: isEmpty }) => !isEmpty)).toHaveLength(3);
    expect(runtime.closed).toBe(1);
  });

  it('asks for each process with the lower directories of its form', async () => {
    const runtime = new FakeRuntime(form);
    await buildWith(runtime.open);
    const [make, use, again] = runtime.specs;
    expect(make).toMatchObject({ args: ['make', 'tool'], cwd: '/tools' });
    expect([make, use, again].map((spec) => spec?.lowers.length)).toEqual([1, 1, 2]);
    const mounts = use?.mounts.map(({ kind, target }) => [kind, target]);
    expect(mounts).toEqual([
      ['bind', '/cache'],
      ['layers', '/t'],
    ]);
    expect(again?.user).toEqual({ uid: 7, gid: 8, additionalGids: [8] });
    for (const { lowers } of runtime.specs) {
      for (const lower of lowers) expect(lower.kind).toBe('directory');
    }
    const [cache] = use?.mounts ?? [];
    const mine = process.getuid?.();
    const source = cache?.kind === 'bind' ? cache.source : '';
    expect(lstatSync(source).uid).toBe(form === ROOT_FORM ? 5 : mine);
  });

  it('finds its steps again in the next build', async () => {
    await buildWith(new FakeRuntime(form).open);
    const runtime = new FakeRuntime(form);
    const { result } = await buildWith(runtime.open);
    expect(runtime.specs).toEqual([]);
    expect(result.summary.steps.every(({ cached }) => cached)).toBe(true);
  });
});

describe('a build whose runtime', () => {
  it('cannot be used by this user ends before it makes anything ready', async () => {
    const runtime = new FakeRuntime(ROOT_FORM);
    const refused = new AppError('RUNTIME_NO_ISOLATION', 'a process in an image needs root');
    runtime.check = () => Promise.reject(refused);
    const location = expect.objectContaining({ file: 'Dockerfile' });
    const expected = { code: 'RUNTIME_NO_ISOLATION', location };
    await expect(buildWith(runtime.open)).rejects.toMatchObject(expected);
    expect(runtime.specs).toEqual([]);
    expect(readdirSync(join(bench.store.root, 'mounts'))).toEqual([]);
  });

  it('gets trees of another form than the store has', async () => {
    await buildWith(new FakeRuntime(ROOT_FORM).open);
    writeFileSync(join(options.context ?? '', 'Dockerfile'), `${DOCKERFILE}RUN ["one", "more"]\n`);
    const runtime = new FakeRuntime(SINGLE);
    await buildWith(runtime.open);
    expect(runtime.specs.map(({ args }) => args)).toEqual([['one', 'more']]);
  });
});
