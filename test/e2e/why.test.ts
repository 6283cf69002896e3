/** Why steps ran: staged situations, each with one thing changed; undone, the step is found in the cache again. */
import { chmodSync, cpSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Explanation, StepCause } from '../../src/index.ts';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';

interface Situation {
  readonly name: string;
  readonly dockerfile: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** What is different the second time; a file that is null is removed. */
  readonly later: {
    readonly dockerfile?: string;
    readonly files?: Readonly<Record<string, string | null>>;
    readonly flags?: readonly string[];
    readonly change?: (directory: string) => void;
    readonly undo?: (directory: string) => void;
  };
  /** Part of the step's name → its cause; null: it is cached. */
  readonly expected: Readonly<Record<string, Partial<StepCause> | null>>;
  /** The change cannot be undone to a hit. */
  readonly isFinal?: boolean;
}

const A_AND_B = { a: 'one\ntwo\n', b: 'b\n' };
const RUN = 'RUN echo $X > /x';

const situations: readonly Situation[] = [
  {
    name: 'the content of a file',
    dockerfile: 'FROM scratch\nCOPY a /a\n',
    files: A_AND_B,
    later: { files: { a: 'one\nzwei\n' } },
    expected: {
      'COPY a': {
        kind: 'file',
        subject: 'a',
        before: '8 bytes, line 2: two',
        after: '9 bytes, line 2: zwei',
        from: null,
      },
    },
  },
  {
    name: 'a file of a directory',
    dockerfile: 'FROM scratch\nCOPY . /all/\nCOPY b /b\n',
    files: { ...A_AND_B, 'src/deep/main.go': 'x', '.dockerignore': 'Dockerfile' },
    later: { files: { 'src/deep/main.go': 'y' } },
    expected: {
      'COPY .': { kind: 'file', subject: 'src/deep/main.go' },
      'COPY b': { kind: 'parent', from: expect.stringContaining('COPY . /all/') },
    },
  },
  {
    name: 'a new file',
    dockerfile: 'FROM scratch\nCOPY d /d\n',
    files: { 'd/a': 'a' },
    later: { files: { 'd/new': 'n' } },
    expected: { COPY: { kind: 'file', subject: 'd/new', before: null } },
  },
  {
    name: 'a file that is gone',
    dockerfile: 'FROM scratch\nCOPY d /d\n',
    files: { 'd/a': 'a', 'd/old': 'o' },
    later: { files: { 'd/old': null } },
    expected: { COPY: { kind: 'file', subject: 'd/old', after: null } },
  },
  {
    name: 'the mode of a file',
    dockerfile: 'FROM scratch\nCOPY a /a\n',
    files: A_AND_B,
    later: {
      change: (directory) => chmodSync(join(directory, 'a'), 0o755),
      undo: (directory) => chmodSync(join(directory, 'a'), 0o644),
    },
    expected: {
      COPY: { kind: 'file', subject: 'a', before: 'mode 0644', after: 'mode 0755' },
    },
  },
  {
    name: 'where a link leads',
    dockerfile: 'FROM scratch\nCOPY d /d\n',
    files: { 'd/a': 'a' },
    flags: [],
    later: {
      change: (directory) => symlinkSync('a', join(directory, 'd/link')),
      undo: (directory) => rmSync(join(directory, 'd/link')),
    },
    expected: { COPY: { kind: 'file', subject: 'd/link', before: null } },
  },
  {
    name: 'content that looks secret, without its lines',
    dockerfile: 'FROM scratch\nCOPY .env /x\n',
    files: { '.env': 'PASSWORD=one' },
    later: { files: { '.env': 'PASSWORD=third' } },
    expected: { COPY: { kind: 'file', subject: '.env', before: '12 bytes', after: '14 bytes' } },
  },
  {
    name: 'the value of a build argument',
    dockerfile: `FROM busybox\nARG X=1\n${RUN}\n`,
    later: { flags: ['--build-arg', 'X=2'] },
    expected: { 'RUN echo': { kind: 'arg', subject: 'X', before: '1', after: '2', from: null } },
  },
  {
    name: 'the default of an ARG',
    dockerfile: `FROM busybox\nARG X=1\n${RUN}\nRUN true\n`,
    later: { dockerfile: `FROM busybox\nARG X=2\n${RUN}\nRUN true\n` },
    expected: {
      'RUN echo': { kind: 'arg', subject: 'X', before: '1', after: '2' },
      'RUN true': { kind: 'arg', subject: 'X' },
    },
  },
  {
    name: 'a global ARG that a stage takes over',
    dockerfile: `ARG X=1\nFROM busybox\nARG X\n${RUN}\n`,
    later: { dockerfile: `ARG X=2\nFROM busybox\nARG X\n${RUN}\n` },
    expected: { 'RUN echo': { kind: 'arg', subject: 'X', before: '1', after: '2' } },
  },
  {
    name: 'an ARG that an ENV is made of',
    dockerfile: `FROM busybox\nARG V=1\nENV X=v$V\n${RUN}\n`,
    later: { flags: ['--build-arg', 'V=2'] },
    expected: { 'RUN echo': { kind: 'arg', subject: 'V', before: '1', after: '2' } },
  },
  {
    name: 'an ARG in the words of a COPY',
    dockerfile: 'FROM scratch\nARG NAME=a\nCOPY $NAME /x\n',
    files: A_AND_B,
    later: { flags: ['--build-arg', 'NAME=b'] },
    expected: { COPY: { kind: 'arg', subject: 'NAME', before: 'a', after: 'b' } },
  },
  {
    name: 'an ARG in a WORKDIR',
    dockerfile: 'FROM scratch\nARG D=/a\nWORKDIR $D\nCOPY a x\n',
    files: A_AND_B,
    later: { flags: ['--build-arg', 'D=/b'] },
    expected: {
      WORKDIR: { kind: 'arg', subject: 'D' },
      COPY: { kind: 'parent', from: expect.stringContaining('WORKDIR') },
    },
  },
  {
    name: 'the value of an ENV',
    dockerfile: `FROM busybox\nENV X=1\n${RUN}\n`,
    later: { dockerfile: `FROM busybox\nENV X=2\n${RUN}\n` },
    expected: { 'RUN echo': { kind: 'env', subject: 'X', before: '1', after: '2' } },
  },
  {
    name: 'a new ENV',
    dockerfile: `FROM busybox\n${RUN}\n`,
    later: { dockerfile: `FROM busybox\nENV Y=2\n${RUN}\n` },
    expected: { 'RUN echo': { kind: 'env', subject: 'Y', before: null, after: '2' } },
  },
  {
    name: 'an ENV in the words of a COPY',
    dockerfile: 'FROM scratch\nENV NAME=a\nCOPY $NAME /x\n',
    files: A_AND_B,
    later: { dockerfile: 'FROM scratch\nENV NAME=b\nCOPY $NAME /x\n' },
    expected: { COPY: { kind: 'env', subject: 'NAME', before: 'a', after: 'b' } },
  },
  {
    name: 'the order of ENVs',
    dockerfile: `FROM busybox\nENV X=1\nENV Y=2\n${RUN}\n`,
    later: { dockerfile: `FROM busybox\nENV Y=2\nENV X=1\n${RUN}\n` },
    expected: { 'RUN echo': { kind: 'order', subject: 'Y' } },
  },
  {
    name: 'a word of a RUN',
    dockerfile: 'FROM busybox\nRUN echo one\nRUN echo last\n',
    later: { dockerfile: 'FROM busybox\nRUN echo two\nRUN echo last\n' },
    expected: {
      'RUN echo two': {
        kind: 'definition',
        subject: 'two',
        before: 'RUN echo one',
        after: 'RUN echo two',
      },
      'RUN echo last': { kind: 'parent', from: expect.stringContaining('RUN echo two') },
    },
  },
  {
    name: 'the destination of a COPY',
    dockerfile: 'FROM scratch\nCOPY a /a\n',
    files: A_AND_B,
    later: { dockerfile: 'FROM scratch\nCOPY a /c\n' },
    expected: { COPY: { kind: 'definition', subject: '/c' } },
  },
  {
    name: 'a flag of a COPY',
    dockerfile: 'FROM scratch\nCOPY a /a\n',
    files: A_AND_B,
    later: { dockerfile: 'FROM scratch\nCOPY --chmod=600 a /a\n' },
    expected: { COPY: { kind: 'definition', subject: '--chmod=600' } },
  },
  {
    name: 'a new instruction',
    dockerfile: 'FROM scratch\nCOPY b /b\n',
    files: A_AND_B,
    later: { dockerfile: 'FROM scratch\nCOPY a /a\nCOPY b /b\n' },
    expected: {
      'COPY a': { kind: 'definition', before: null, after: 'COPY a /a' },
      'COPY b': { kind: 'parent', from: expect.stringContaining('COPY a') },
    },
  },
  {
    name: 'an instruction that is gone',
    dockerfile: 'FROM scratch\nCOPY a /a\nCOPY b /b\n',
    files: A_AND_B,
    later: { dockerfile: 'FROM scratch\nCOPY b /b\n' },
    expected: { 'COPY b': { kind: 'definition', subject: 'COPY a /a', after: null } },
  },
  {
    name: 'the order of instructions',
    dockerfile: 'FROM scratch\nCOPY a /a\nCOPY b /b\n',
    files: A_AND_B,
    later: { dockerfile: 'FROM scratch\nCOPY b /b\nCOPY a /a\n' },
    expected: { 'COPY b': { kind: 'order' }, 'COPY a': expect.anything() },
  },
  {
    name: 'the user',
    dockerfile: 'FROM busybox\nRUN id\n',
    later: { dockerfile: 'FROM busybox\nUSER app\nRUN id\n' },
    expected: { 'RUN id': { kind: 'definition', subject: 'USER', after: 'app' } },
  },
  {
    name: 'the shell',
    dockerfile: 'FROM busybox\nRUN true\n',
    later: { dockerfile: 'FROM busybox\nSHELL ["/bin/sh", "-ec"]\nRUN true\n' },
    expected: { 'RUN true': { kind: 'definition', subject: 'SHELL' } },
  },
  {
    name: 'a line of a here-document',
    dockerfile: 'FROM scratch\nCOPY <<END /x\none\ntwo\nEND\n',
    later: { dockerfile: 'FROM scratch\nCOPY <<END /x\none\nthree\nEND\n' },
    expected: { COPY: { kind: 'definition', subject: 'three', before: 'two', after: 'three' } },
  },
  {
    name: 'another base by name',
    dockerfile: 'FROM busybox\nRUN true\nRUN false || true\n',
    later: { dockerfile: 'FROM other\nRUN true\nRUN false || true\n' },
    expected: {
      'RUN true': { kind: 'base', subject: 'other', before: 'busybox', after: 'other' },
      'RUN false': { kind: 'parent', from: expect.stringContaining('RUN true') },
    },
  },
  {
    name: 'a base that an ARG names',
    dockerfile: 'ARG BASE=busybox\nFROM $BASE\nCOPY a /a\n',
    files: A_AND_B,
    later: { flags: ['--build-arg', 'BASE=other'] },
    expected: { COPY: { kind: 'arg', subject: 'BASE', before: 'busybox', after: 'other' } },
  },
  {
    name: 'an image that a COPY takes from',
    dockerfile: 'FROM scratch\nCOPY --from=busybox /etc/ /etc/\n',
    later: { dockerfile: 'FROM scratch\nCOPY --from=other /etc/ /etc/\n' },
    expected: { COPY: { kind: 'definition', subject: '--from=other' } },
  },
  {
    name: 'what another stage made',
    dockerfile: 'FROM scratch AS build\nCOPY a /a\nFROM scratch\nCOPY --from=build /a /x\n',
    files: A_AND_B,
    later: { files: { a: 'changed' } },
    expected: {
      'COPY a': { kind: 'file', subject: 'a' },
      'COPY --from': { kind: 'parent', from: expect.stringContaining('COPY a /a') },
    },
  },
  {
    name: 'nothing of what another stage made',
    dockerfile: 'FROM scratch AS build\nCOPY a b /\nFROM scratch\nCOPY --from=build /b /x\n',
    files: A_AND_B,
    later: { files: { a: 'changed' } },
    expected: { 'COPY a b': { kind: 'file', subject: 'a' }, 'COPY --from': null },
  },
  {
    name: 'what a mount shows of the context',
    dockerfile: 'FROM busybox\nRUN --mount=type=bind,source=d,target=/d cat /d/a\n',
    files: { 'd/a': 'one' },
    later: { files: { 'd/a': 'two' } },
    expected: { 'RUN --mount': { kind: 'mount', subject: 'd/a' } },
  },
  {
    name: 'a mount',
    dockerfile: 'FROM busybox\nRUN --mount=type=cache,target=/c true\n',
    later: { dockerfile: 'FROM busybox\nRUN --mount=type=cache,target=/d true\n' },
    expected: { 'RUN --mount': { kind: 'mount', subject: '--mount=type=cache,target=/d' } },
  },
  {
    name: 'a mount of a secret',
    dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=one true\n',
    later: { dockerfile: 'FROM busybox\nRUN --mount=type=secret,id=two true\n' },
    expected: { 'RUN --mount': { kind: 'secret', subject: '--mount=type=secret,id=two' } },
  },
  {
    name: 'a file that the ignore file let in',
    dockerfile: 'FROM scratch\nCOPY d /d\n',
    files: { 'd/a': 'a', 'd/b.log': 'b', '.dockerignore': '*/*.log\n' },
    later: { files: { '.dockerignore': '*/*.tmp\n' } },
    expected: { COPY: { kind: 'ignore', subject: '.dockerignore', after: 'd/b.log there' } },
  },
  {
    name: 'a file that the ignore file leaves out',
    dockerfile: 'FROM scratch\nCOPY d /d\n',
    files: { 'd/a': 'a', 'd/b.log': 'b' },
    later: { files: { '.dockerignore': '*/*.log\n' } },
    expected: { COPY: { kind: 'ignore', after: 'd/b.log left out by */*.log' } },
  },
  {
    name: 'a flag that ignores the cache',
    dockerfile: 'FROM busybox\nRUN true\n',
    later: { flags: ['--no-cache'] },
    expected: { 'RUN true': { kind: 'forced', subject: '--no-cache' } },
    isFinal: true,
  },
  {
    name: 'the cache of one stage',
    dockerfile: 'FROM scratch AS x\nCOPY a /a\nFROM scratch\nCOPY --from=x /a /b\n',
    files: A_AND_B,
    later: { flags: ['--no-cache-filter', 'x'] },
    expected: {
      'COPY a': { kind: 'forced', subject: '--no-cache-filter' },
      'COPY --from': null,
    },
    isFinal: true,
  },
  {
    name: 'a flag of the build',
    dockerfile: 'FROM busybox\nRUN true\n',
    later: { flags: ['--network', 'none'] },
    expected: { 'RUN true': { kind: 'definition', subject: '--network', after: 'none' } },
  },
];

const bench = new Workbench();

beforeAll(async () => {
  await makeBusyboxImage(bench);
  const other = bench.project(
    { Dockerfile: 'FROM busybox\nCOPY more /etc/more\n', more: 'more' },
    'other',
  );
  await bench.succeed(['build', '-q', '-t', 'other', other]);
});
afterAll(() => bench[Symbol.dispose]());

async function why(root: string): Promise<Explanation> {
  const { stdout } = await bench.succeed(['why', '--root', root, '--format', 'json']);
  return JSON.parse(stdout) as Explanation;
}

function stepOf({ steps }: Explanation, part: string) {
  const found = steps.filter(({ name }) => name.includes(part));
  if (found.length !== 1) throw new Error(`${found.length} steps are called ${part}`);
  return found[0];
}

let count = 0;

describe('the first cause is', () => {
  it.each(situations)('$name', async (situation) => {
    const { dockerfile, files = {}, flags = [], later, expected, isFinal = false } = situation;
    const name = `situation-${++count}`;
    const directory = bench.project({ Dockerfile: dockerfile, ...files }, name);
    // A store of its own: what other situations have built would be found in the cache.
    const root = join(bench.directory, `${name}-store`);
    cpSync(bench.store, root, { recursive: true, verbatimSymlinks: true });
    const build = (more: readonly string[] = []) =>
      bench.succeed(['build', '-q', '--root', root, ...flags, ...more, directory]);
    await build();
    for (const [path, content] of Object.entries(later.files ?? {})) {
      if (content === null) rmSync(join(directory, path));
      else writeFileSync(join(directory, path), content);
    }
    if (later.dockerfile !== undefined)
      writeFileSync(join(directory, 'Dockerfile'), later.dockerfile);
    later.change?.(directory);
    await build(later.flags);
    const explanation = await why(root);
    for (const [part, cause] of Object.entries(expected)) {
      const step = stepOf(explanation, part);
      if (cause === null) expect(step).toMatchObject({ status: 'cached', cause: null });
      else expect(step?.cause, part).toMatchObject(cause);
    }
    if (isFinal) return;
    rmSync(join(directory, '.dockerignore'), { force: true });
    for (const path of Object.keys(later.files ?? {}))
      rmSync(join(directory, path), { force: true });
    bench.project({ Dockerfile: dockerfile, ...files }, name);
    later.undo?.(directory);
    await build();
    const undone = await why(root);
    expect(undone.steps.map(({ status, cause }) => [status, cause])).toEqual(
      undone.steps.map(() => ['cached', null]),
    );
  });
});
