/** Cases about patterns that are wrong, or nearly: in ignore files, as sources, in --exclude and --parents. */
import {
  type ConformanceCase,
  type IntendedDifference,
  lines,
  type Topic,
  withDifferences,
} from '../case.ts';

const SECTION = '1.10 patterns';
const files = { a: 'a\n', m: 'm\n', 'd/a': 'da\n', '[z-a]': 'z\n', 'x-y': 'x\n', ']': 'bracket\n' };

const PATTERNS: readonly (readonly [name: string, pattern: string])[] = [
  ['reversed range', '[z-a]'],
  ['reversed range within', 'x[z-a]y'],
  ['reversed range of escapes', '[\\z-\\a]'],
  ['reversed range beside a good one', '[a-cz-x]'],
  ['reversed negated range', '[^z-a]'],
  ['reversed range after a slash', 'd/[z-a]'],
  ['reversed range after two stars', '**/[z-a]'],
  ['range of one', '[a-a]'],
  ['open bracket', '['],
  ['open bracket with a letter', '[a'],
  ['open range', '[a-]'],
  ['empty brackets', '[]'],
  ['closing bracket first', '[]a]'],
  ['minus first', '[-a]'],
  ['two ranges with one letter', '[a-m-z]'],
  ['exclamation mark', '[!m]'],
  ['caret', '[^m]'],
  ['caret alone', '[^]'],
  ['named class', '[[:alpha:]]'],
  ['unknown named class', '[[:letter:]]'],
  ['negated named class', '[[:^alpha:]]'],
  ['named class and more', '[[:digit:]a-c]'],
  ['backslash at the end', 'a\\'],
  ['backslash in brackets', '[\\]]'],
];

const PATTERN_USES: readonly (readonly [
  use: string,
  file: (pattern: string) => readonly string[],
  ignore?: true,
])[] = [
  ['ignore file', () => ['FROM scratch', 'COPY . /x/'], true],
  ['ignore file and a file', () => ['FROM scratch', 'COPY d/a /x/'], true],
  ['source', (pattern) => ['FROM scratch', `COPY ["${escaped(pattern)}", "/x/"]`]],
  [
    'source of a stage',
    (pattern) => [
      'FROM scratch AS s',
      'COPY . /',
      'FROM scratch',
      `COPY --from=s ["/${escaped(pattern)}", "/x/"]`,
    ],
  ],
  ['exclude', (pattern) => ['FROM scratch', `COPY --exclude=${escaped(pattern)} . /x/`]],
  ['parents', (pattern) => ['FROM scratch', `COPY --parents ["${escaped(pattern)}", "/x/"]`]],
];

const cases = PATTERN_USES.flatMap(([use, dockerfile, isIgnore]) =>
  PATTERNS.map(
    ([name, pattern]): ConformanceCase => ({
      name: `${use}: ${name}`,
      rule: `${SECTION}: ${pattern}`,
      dockerfile: lines(...dockerfile(pattern)),
      files: isIgnore === true ? { ...files, '.dockerignore': lines(pattern) } : files,
    }),
  ),
);

function escaped(pattern: string): string {
  return pattern.replaceAll('\\', '\\\\');
}

const REFUSED: IntendedDifference = {
  reason:
    'A reversed range in a pattern for files of a stage is refused too; BuildKit finds nothing',
  lamina: { fails: 'PATTERN_INVALID' },
};
const NO_NAMES: IntendedDifference = {
  reason:
    'An unknown name in `[[:name:]]` is not an error in a source, since names have no meaning there',
  lamina: {
    outcome: {
      error: undefined,
      platform: 'linux/amd64',
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        WorkingDir: '/',
      },
      history: ['layer: COPY [[:letter:]] /x/ # buildkit'],
      files: {},
    },
  },
};
const reversed = PATTERNS.filter(([name]) => name.startsWith('reversed'));

export const oddPatterns: Topic = {
  name: '1.10-odd-patterns',
  cases: withDifferences(cases, {
    'source: unknown named class': NO_NAMES,
    ...Object.fromEntries(reversed.map(([name]) => [`source of a stage: ${name}`, REFUSED])),
  }),
};
