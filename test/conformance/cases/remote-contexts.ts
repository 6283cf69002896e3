import {
  type CaseOptions,
  type ConformanceCase,
  type ContextFiles,
  file,
  lines,
  symlink,
  type Topic,
} from '../case.ts';

const SECTION = '1.10 contexts';
type Row = readonly [
  name: string,
  rule: string,
  context: NonNullable<CaseOptions['context']>,
  dockerfile: readonly string[],
  more?: {
    readonly files?: ContextFiles;
    readonly inContext?: string;
    readonly buildArgs?: Readonly<Record<string, string>>;
  },
];

const files: ContextFiles = {
  a: 'a\n',
  'run.sh': file('#!/bin/sh\n', 0o755),
  link: symlink('a'),
  'd/b': file('b\n', 0o640),
  ignored: 'ignored\n',
  '.dockerignore': 'ignored\n',
};
const COPY = ['FROM busybox', 'COPY . /x'];

const rows: readonly Row[] = [
  ['git', 'a repository by its address', { by: 'git' }, COPY],
  ['git ref', 'the fragment has a ref', { by: 'git', suffix: '#main' }, COPY],
  ['git unknown ref', 'a ref has to exist', { by: 'git', suffix: '#none' }, COPY],
  [
    'git subdirectory',
    'the fragment has a directory, which has the Dockerfile',
    { by: 'git', suffix: '#main:sub' },
    COPY,
    { files: { 'sub/Dockerfile': 'FROM busybox\nCOPY . /sub\n', 'sub/f': 'f\n' } },
  ],
  [
    'git query',
    'the query has a directory',
    { by: 'git', suffix: '?subdir=sub' },
    COPY,
    { files: { 'sub/Dockerfile': 'FROM busybox\nCOPY . /sub\n', 'sub/f': 'f\n' } },
  ],
  [
    'git ignore file',
    'the ignore file has no part in repositories',
    { by: 'git' },
    ['FROM busybox', 'COPY ignored /x'],
  ],
  [
    'git Dockerfile by another name',
    'the Dockerfile may have any name',
    { by: 'git' },
    ['FROM busybox', 'COPY a /named'],
    { inContext: 'other.Dockerfile' },
  ],
  [
    'git keeps no .git',
    '.git is dropped',
    { by: 'git' },
    ['FROM busybox', 'RUN --mount=target=/c ls -a /c > /f'],
  ],
  [
    'git keeps .git',
    'BUILDKIT_CONTEXT_KEEP_GIT_DIR keeps it',
    { by: 'git' },
    ['FROM busybox', 'RUN --mount=target=/c ls -a /c > /f; cat /c/.git/HEAD > /g'],
    { buildArgs: { BUILDKIT_CONTEXT_KEEP_GIT_DIR: '1' } },
  ],
  [
    'git keep-git-dir in the query',
    'the query keeps it',
    { by: 'git', suffix: '?keep-git-dir=true' },
    ['FROM busybox', 'RUN --mount=target=/c ls -a /c > /f'],
  ],
  [
    'git and BUILDKIT_CONTEXT_KEEP_GIT_DIR=0',
    'a false value drops it',
    { by: 'git' },
    ['FROM busybox', 'RUN --mount=target=/c ls -a /c > /f'],
    { buildArgs: { BUILDKIT_CONTEXT_KEEP_GIT_DIR: '0' } },
  ],
  [
    'http archive',
    'an archive is unpacked; owners are those of the archive',
    { by: 'http tar' },
    COPY,
  ],
  ['http compressed archive', 'an archive may be compressed', { by: 'http tar.gz' }, COPY],
  [
    'http one file',
    'owners are those of the archive',
    { by: 'http tar' },
    ['FROM busybox', 'COPY d/b /x'],
  ],
  [
    'http with chown',
    '--chown wins over the archive',
    { by: 'http tar' },
    ['FROM busybox', 'COPY --chown=1:2 d /x'],
  ],
  [
    'http ignore file',
    'the ignore file has no part in archives',
    { by: 'http tar' },
    ['FROM busybox', 'COPY ignored /x'],
  ],
  [
    'http Dockerfile by another name',
    'the Dockerfile may have any name',
    { by: 'http tar' },
    ['FROM busybox', 'COPY a /named'],
    { inContext: 'other.Dockerfile' },
  ],
  [
    'http mount',
    'a bind sees the archive',
    { by: 'http tar' },
    ['FROM busybox', 'RUN --mount=target=/c ls -A /c > /f'],
  ],
  [
    'http text',
    'what is no archive is the Dockerfile',
    { by: 'http Dockerfile' },
    ['FROM busybox', 'LABEL a=1'],
  ],
  [
    'http text and COPY',
    'the Dockerfile is all there is',
    { by: 'http Dockerfile' },
    ['FROM busybox', 'COPY a /x'],
  ],
  [
    'http text and document',
    'documents need no context',
    { by: 'http Dockerfile' },
    ['FROM busybox', 'COPY <<EOF /x', 'x', 'EOF'],
  ],
  ['stdin archive', 'an archive on standard input', { by: 'stdin' }, COPY],
  [
    'stdin missing file',
    'a missing source is an error',
    { by: 'stdin' },
    ['FROM busybox', 'COPY none /x'],
  ],
  [
    'stdin Dockerfile by another name',
    'the Dockerfile may have any name',
    { by: 'stdin' },
    ['FROM busybox', 'COPY a /named'],
    { inContext: 'sub/other' },
  ],
];

const cases = rows.map(
  ([name, rule, context, dockerfile, more = {}]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines(...dockerfile),
    files: {
      ...files,
      ...more.files,
      ...(more.inContext?.startsWith('sub/') && { 'sub/x': 'x\n' }),
    },
    options: {
      context,
      ...(more.inContext && { inContext: more.inContext }),
      ...(more.buildArgs && { buildArgs: more.buildArgs }),
    },
  }),
);

const named: readonly (readonly [
  name: string,
  rule: string,
  reference: string,
  ...instructions: string[],
])[] = [
  ['named repository', 'a context may be a repository', '$GIT/app.git', 'COPY --from=ctx . /x'],
  [
    'named repository with a ref',
    'a context may have a ref',
    '$GIT/app.git#topic:src',
    'COPY --from=ctx . /x',
  ],
  [
    'named repository as a mount',
    'a mount may be from a repository',
    '$GIT/app.git#v1',
    'RUN --mount=from=ctx,target=/c cat /c/src/main.txt > /f',
  ],
  [
    'named repository that is missing',
    'a repository has to exist',
    '$GIT/none.git',
    'COPY --from=ctx . /x',
  ],
  ['named reference that is none', 'a reference has a form', 'nothing://x', 'COPY --from=ctx . /x'],
];
const references = named.map(
  ([name, rule, reference, ...instructions]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines('FROM busybox', ...instructions),
    options: { contexts: { ctx: reference }, git: true },
  }),
);

const time: ConformanceCase = {
  name: 'git mtime',
  rule: `${SECTION}: mtime=commit gives files the time of their commit`,
  dockerfile: lines('FROM busybox', 'COPY a d/b /x/'),
  files,
  options: { context: { by: 'git', suffix: '?mtime=commit' } },
  times: ['x/a', 'x/b'],
};

export const remoteContexts: Topic = {
  name: '1.10-remote-contexts',
  cases: [...cases, ...references, time],
};
