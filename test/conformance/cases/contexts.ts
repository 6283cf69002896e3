import {
  type ConformanceCase,
  type ContextFiles,
  lines,
  symlink,
  type Topic,
  withDifferences,
} from '../case.ts';

const SECTION = '1.10 contexts';

const tree: ContextFiles = {
  'a.txt': 'a\n',
  'b.md': 'b\n',
  'README.md': 'readme\n',
  '.hidden': 'hidden\n',
  'd/a.txt': 'd/a\n',
  'd/b.md': 'd/b\n',
  'd/sub/a.txt': 'd/sub/a\n',
  'd/sub/keep': 'keep\n',
  'node_modules/m/index.js': 'm\n',
  'd/node_modules/n/index.js': 'n\n',
  'x y': 'blank\n',
  '#hash': 'hash\n',
  '!bang': 'bang\n',
  link: symlink('d'),
};

/** The lines of an ignore file, and what they pin. */
const ignored: readonly (readonly [name: string, rule: string, ...lines: string[]])[] = [
  ['nothing', 'an empty ignore file', ''],
  ['top only', 'a name is anchored at the root', 'a.txt'],
  ['leading slash', 'a leading slash is dropped', '/a.txt'],
  ['trailing slash', 'a trailing slash is dropped', 'd/'],
  ['directory', 'a directory takes everything below', 'd'],
  ['path', 'a path', 'd/sub'],
  ['star', '`*` stops at slashes', '*.txt'],
  ['star below', '`*` stops at slashes', '*/a.txt'],
  ['star as a directory', '`*` stops at slashes', '*/*/a.txt'],
  ['star matches dot files', '`*` matches dot files', '*'],
  ['question mark', '`?` is one character', '?.txt', 'b.?d'],
  ['class', '`[..]` is a class', '[a-b].*'],
  ['negated class', '`[^..]` is a negated class', '[^a].md'],
  ['two stars in front', '`**` is any number of directories', '**/a.txt'],
  ['two stars at the end', '`**` at the end', 'd/**'],
  ['two stars between', '`**` between', 'd/**/a.txt'],
  ['two stars alone', '`**` is everything', '**'],
  ['two stars of a directory', '`**` before a directory', '**/node_modules'],
  ['two stars in a name', '`**` within a name', 'd**'],
  ['negation', '`!` takes back', '*.md', '!README.md'],
  ['negation below a directory', '`!` takes back below an excluded directory', 'd', '!d/sub/keep'],
  ['negation of a directory', '`!` takes back a directory', '*', '!d'],
  ['negation then pattern', 'the last rule wins', '!README.md', '*.md'],
  ['negation twice', 'the last rule wins', '*', '!d', 'd/sub', '!d/sub/keep'],
  ['negation with a wildcard', '`!` with wildcards', '**', '!**/*.txt'],
  ['negation with blanks', 'blanks after `!`', '*.md', '! README.md'],
  ['negation alone', '`!` alone is an error', '!'],
  ['comment', '`#` in the first column', '# a.txt', 'b.md'],
  ['comment later', '`#` is a comment in the first column only', ' #hash'],
  ['hash in a name', '`#` in a name', 'a.txt # not a comment'],
  ['blank lines', 'blank lines are nothing', '', '   ', 'a.txt', ''],
  ['blanks around', 'blanks around a pattern are dropped', '  a.txt  '],
  ['blank in a name', 'a name with a blank', 'x y'],
  ['escaped bang', 'a backslash before `!`', '\\!bang'],
  ['escaped star', 'a backslash before `*`', '\\*.txt'],
  ['dot', '`.` is the root', '.'],
  ['dots', 'a pattern is cleaned', './a.txt', 'd/../b.md', 'd//sub'],
  ['above', '`..` leads nowhere', '../a.txt'],
  ['link', 'a link is a name like others', 'link'],
  ['crlf', 'line ends in CRLF', 'a.txt\r', 'd\r'],
  ['bom', 'a byte order mark is dropped', '\ufeffa.txt'],
  ['bad pattern', 'an open bracket', '[a'],
  ['case', 'names are case-sensitive', 'A.TXT'],
  ['empty directory', 'directories whose files are all ignored', 'd/*', 'd/*/*'],
];

const ignoreFiles = ignored.map(
  ([name, rule, ...text]): ConformanceCase => ({
    name: `ignore ${name}`,
    rule: `1.10 .dockerignore: ${rule}`,
    dockerfile: lines('FROM scratch', 'COPY . /'),
    files: { ...tree, '.dockerignore': lines(...text) },
  }),
);

type Row = readonly [
  name: string,
  rule: string,
  files: ContextFiles,
  dockerfile: readonly string[],
  options?: ConformanceCase['options'],
];

const other: ContextFiles = { f: 'other f\n', 'd/g': 'other g\n', 'a.txt': 'other a\n' };

const rows: readonly Row[] = [
  [
    'ignored source',
    'an ignored file is missing',
    { ...tree, '.dockerignore': 'a.txt\n' },
    ['FROM scratch', 'COPY a.txt /x'],
  ],
  [
    'ignored in a wildcard',
    'an ignored file is not matched',
    { ...tree, '.dockerignore': 'a.txt\n' },
    ['FROM scratch', 'COPY *.txt b.md /x/'],
  ],
  [
    'ignored directory as the source',
    'an ignored directory of which a part is taken back',
    { ...tree, '.dockerignore': 'd\n!d/sub\n' },
    ['FROM scratch', 'COPY d /x'],
  ],
  [
    'ignored target of a link',
    'a link whose target is ignored',
    { ...tree, '.dockerignore': 'd\n' },
    ['FROM scratch', 'COPY link /x'],
  ],
  [
    'ignore file and stages',
    'files of stages are not ignored',
    { ...tree, '.dockerignore': 'a.txt\n' },
    [
      'FROM scratch AS one',
      'COPY <<EOF /a.txt',
      'x',
      'EOF',
      'FROM scratch',
      'COPY --from=one /a.txt /',
    ],
  ],
  [
    'ignore file and mounts',
    'the ignore file holds for binds',
    { ...tree, '.dockerignore': 'd\n' },
    ['FROM busybox', 'RUN --mount=target=/ctx ls -A /ctx > /f'],
  ],
  [
    'ignore file is ignored',
    'the ignore file can be ignored',
    { ...tree, '.dockerignore': '.dockerignore\n' },
    ['FROM scratch', 'COPY . /'],
  ],
  [
    'ignored Dockerfile',
    'an ignored Dockerfile is still read',
    { ...tree, '.dockerignore': 'Dockerfile\n.dockerignore\n' },
    ['FROM scratch', 'COPY . /'],
    { inContext: 'Dockerfile' },
  ],
  [
    'Dockerfile in the context',
    'the Dockerfile is a file of the context',
    { 'a.txt': 'a\n' },
    ['FROM scratch', 'COPY . /'],
    { inContext: 'Dockerfile' },
  ],
  [
    'Dockerfile by another name',
    'the Dockerfile may have any name',
    { 'a.txt': 'a\n' },
    ['FROM scratch', 'COPY a.txt /'],
    { inContext: 'build.docker' },
  ],
  [
    'own ignore file',
    '<name>.dockerignore is read instead of .dockerignore',
    { ...tree, '.dockerignore': 'a.txt\n', 'my.file.dockerignore': 'b.md\n' },
    ['FROM scratch', 'COPY a.txt *.md /'],
    { inContext: 'my.file' },
  ],
  [
    'own ignore file of Dockerfile',
    'Dockerfile.dockerignore is read instead of .dockerignore',
    { ...tree, '.dockerignore': '*\n', 'Dockerfile.dockerignore': 'd\n' },
    ['FROM scratch', 'COPY . /'],
    { inContext: 'Dockerfile' },
  ],
  [
    'named directory',
    '--build-context names a directory',
    tree,
    ['FROM scratch', 'COPY --from=own f d /x/'],
    { contexts: { own: other } },
  ],
  [
    'named directory as a base',
    'FROM takes a named directory',
    tree,
    ['FROM own', 'COPY a.txt /new'],
    { contexts: { own: other } },
  ],
  [
    'named directory replaces a stage',
    'a context replaces the stage of its name',
    tree,
    ['FROM scratch AS own', 'COPY b.md /b', 'FROM scratch', 'COPY --from=own / /x/'],
    { contexts: { own: other } },
  ],
  [
    'named directory replaces an image',
    'a context replaces the image of its name',
    tree,
    ['FROM scratch', 'COPY --from=debian /f /x'],
    { contexts: { debian: other } },
  ],
  [
    'named directory replaces a tagged image',
    'the tag counts',
    tree,
    ['FROM scratch', 'COPY --from=debian:12 /f /x'],
    { contexts: { 'debian:12': other } },
  ],
  [
    'named directory and latest',
    '`latest` is the tag without one',
    tree,
    ['FROM scratch', 'COPY --from=debian:latest /f /x'],
    { contexts: { debian: other } },
  ],
  [
    'named directory with an ignore file',
    'a named directory has its own ignore file',
    tree,
    ['FROM scratch', 'COPY --from=own / /x/'],
    { contexts: { own: { ...other, '.dockerignore': 'd\n' } } },
  ],
  [
    'named directory without its ignore file',
    'the ignore file of the context has no part',
    { ...tree, '.dockerignore': 'f\n' },
    ['FROM scratch', 'COPY --from=own f /x/'],
    { contexts: { own: other } },
  ],
  [
    'named image',
    'docker-image:// names an image',
    tree,
    ['FROM scratch', 'COPY --from=own /etc/group /x'],
    { contexts: { own: 'docker-image://scratch' } },
  ],
  [
    'named scratch',
    'docker-image://scratch is scratch',
    tree,
    ['FROM own', 'COPY a.txt /x'],
    { contexts: { own: 'docker-image://scratch' } },
  ],
  [
    'named context in upper case',
    'names are case-insensitive',
    tree,
    ['FROM scratch', 'COPY --from=own f /x'],
    { contexts: { OWN: other } },
  ],
  [
    'named directory that is not used',
    'a context that nothing names',
    tree,
    ['FROM scratch', 'COPY a.txt /x'],
    { contexts: { own: other } },
  ],
  [
    'named directory and a missing path',
    'a missing path is an error',
    tree,
    ['FROM scratch', 'COPY --from=own none /x'],
    { contexts: { own: other } },
  ],
  [
    'scratch as a name',
    'scratch cannot be replaced',
    tree,
    ['FROM scratch', 'COPY a.txt /x'],
    { contexts: { scratch: other } },
  ],
  [
    'context as a name',
    'the context cannot be replaced',
    tree,
    ['FROM scratch', 'COPY a.txt /x'],
    { contexts: { context: other } },
  ],
];

const kinds = rows.map(
  ([name, rule, files, dockerfile, options]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines(...dockerfile),
    files,
    ...(options && { options }),
  }),
);

const NAMES = 'A context named `scratch` or `context`, which could never be used, is an error';

const differing = withDifferences(kinds, {
  'named directory as a base': {
    reason: 'A directory used in FROM gets its own history entry, before those of the steps',
    lamina: {
      outcome: {
        history: [
          'layer: COPY / / (comment buildkit.exporter.image.v0)',
          'layer: COPY a.txt /new # buildkit',
        ],
      },
    },
  },
  'scratch as a name': { reason: NAMES, lamina: { fails: 'CONTEXT_NAME' } },
  'context as a name': { reason: NAMES, lamina: { fails: 'CONTEXT_NAME' } },
});

export const contexts: Topic = { name: '1.10-contexts', cases: [...ignoreFiles, ...differing] };
