// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables are what is tested
/**
 * Hostile shapes: twice the text may cost twice the steps, and no more. A RegExp counts once for each character it is
 * given, so those that go back are no business of this test: they must not exist.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StepCounter } from './support/counted-steps.ts';

/** Twice, and a little for what grows with the depth of a search in a sorted list. */
const MOST = 2.2;
/** Of the smaller text. `LINEAR_SIZE=4194304` goes up to 8 MiB, which takes long. */
const SIZE = Number(process.env.LINEAR_SIZE ?? 32_768);

/** A text of about `size` characters: `head`, pieces, their counterparts, `tail`. */
interface Shape {
  readonly head?: string;
  readonly piece: string;
  readonly closing?: string;
  readonly tail?: string;
}

function textOf({ head = '', piece, closing = '', tail = '' }: Shape, size: number): string {
  const times = Math.floor((size - head.length - tail.length) / (piece.length + closing.length));
  return head + piece.repeat(times) + closing.repeat(times) + tail;
}

const run = (piece: string, tail = '') => ({ head: 'FROM a\nRUN b \\\n', piece, tail });

const files: readonly (readonly [name: string, shape: Shape])[] = [
  ['quotes of both kinds, deep', { head: 'FROM a\nENV a=\\\n', piece: '"\'"\\\n\'"\'\\\n' }],
  ['quotes never closed', { head: 'FROM a\nENV a="\\\n', piece: "b='c d\\\n" }],
  ['long continuations', run('c \\\n')],
  ['continuations of nothing', run('\\\n')],
  ['comments inside a continuation', run('# c\n')],
  ['blank lines inside a continuation', run('\n', 'c')],
  ['comments above an instruction', { piece: '# c\n# d\n\n', tail: 'FROM a' }],
  [
    'thousands of here-documents',
    { head: 'FROM a\nRUN \\\n', piece: '<<A \\\n', closing: 'A\n', tail: 'A\n' },
  ],
  [
    'here-documents of many instructions',
    { head: 'FROM a\n', piece: `RUN <<A <<B\n${'a b c d e f\n'.repeat(9)}A\nB\n` },
  ],
  ['here-documents never closed', { head: 'FROM a\nRUN \\\n', piece: '<<A <<"B" \\\n' }],
  ['a here-document of many lines', { head: 'FROM a\nRUN <<-A\n', piece: '\t\tb\n', tail: 'A\n' }],
  ['blanks behind a here-document', { head: 'FROM a\nRUN <<\\\n', piece: `${' '.repeat(99)}\\\n` }],
  ['substitutions in a here-document', { head: 'FROM a\nRUN <<A\\\n', piece: '${a:-\\\n' }],
  ['arguments on a line', { head: 'FROM a\nARG \\\n', piece: 'a=b c d="e f" \\\n' }],
  ['pairs of ENV', { head: 'FROM a\nENV \\\n', piece: 'a=b c="d" \\\n' }],
  ['strings of a JSON array', { head: 'FROM a\nCMD [\\\n', piece: '"a", \\\n', tail: '"b"]' }],
  ['brackets that open', { head: 'FROM a\nCMD \\\n', piece: '[[[[\\\n', closing: ']]]]\\\n' }],
  [
    'fields of a mount',
    { head: 'FROM a\nRUN --mount=\\\n', piece: 'target=/a,\\\n', tail: 'ro b' },
  ],
  [
    'mounts of a step',
    { head: 'FROM a\nRUN \\\n', piece: '--mount=type=tmpfs,target=/a \\\n', tail: 'b' },
  ],
  [
    'digits of a duration',
    { head: 'FROM a\nHEALTHCHECK --interval=\\\n', piece: '11111111\\\n', tail: 'x CMD a' },
  ],
  ['backslashes', { head: 'FROM a\nRUN ', piece: `${'\\'.repeat(999)}a\\\n` }],
  ['line ends of every kind', run('a\\\r\n\r\r\n# b\r\n')],
  [
    'byte-order marks',
    { head: '\ufeffFROM a\n', piece: `RUN ${'\ufeff'.repeat(99)}\\\n\ufeff#\n`, tail: 'a\n' },
  ],
  ['triggers of triggers', { head: 'FROM a\n', piece: 'ONBUILD \\\n', tail: 'RUN a' }],
  ['words of COPY', { head: 'FROM a\nCOPY \\\n', piece: 'a b c d \\\n', tail: '/e/' }],
  ['flags of COPY', { head: 'FROM a\nCOPY \\\n', piece: '--exclude=a \\\n', tail: 'a /b' }],
  ['many small instructions', { head: 'FROM a\n', piece: `RUN ${'a'.repeat(40)}\n` }],
  ['many stages', { piece: `FROM a AS b${'c'.repeat(40)}\n` }],
];

const words: readonly (readonly [name: string, shape: Shape])[] = [
  ['nested defaults', { piece: '${u:-a', closing: '}' }],
  ['nested defaults in quotes', { piece: '${u:-"', closing: '"}' }],
  ['nested alternatives', { piece: '${v:+', closing: '}' }],
  ['nested patterns', { piece: '${v#', closing: '}' }],
  ['nested patterns of the end', { piece: '${v%%*', closing: '}' }],
  ['nested replacements', { piece: '${v/a/', closing: '}' }],
  ['nested patterns of replacements', { piece: '${v//', closing: '/}' }],
  ['substitutions that stay open', { piece: '${a:-' }],
  ['variables', { piece: '$v$u${v}' }],
  ['quotes in quotes', { piece: '"\'"\'"\'' }],
  ['stars of a pattern', { head: '${v#', piece: '*', tail: '}' }],
  ['backslashes of a word', { piece: '\\' }],
  ['words to be parted', { piece: 'a  "b"<< c ' }],
];

/** What a pattern is made of, and the name it is held against; of the two, one grows. */
const patterns: readonly (readonly [name: string, pattern: string, piece: string])[] = [
  ['many stars', `${'*a'.repeat(20)}b`, 'a'],
  ['stars and question marks', `${'*?'.repeat(20)}b`, 'a'],
  ['classes', `${'*[^b]'.repeat(20)}b`, 'a'],
];
const pathPatterns: readonly (readonly [name: string, pattern: string, piece: string])[] = [
  ...patterns,
  ['doubled stars', `${'**/a/'.repeat(20)}b`, 'a/'],
  ['doubled stars between stars', `${'*a**/a*/'.repeat(10)}b`, 'aa/'],
  ['classes that take slashes', '**/[^b]*[^b]*[^c]*/b', 'a/'],
];

describe('twice the work at most for twice the text', () => {
  let counter: StepCounter;
  let dockerfile: typeof import('../src/dockerfile/index.ts');
  let tree: typeof import('../src/files/index.ts');
  let context: typeof import('../src/context/index.ts');
  let AppError: typeof import('../src/errors.ts').AppError;

  beforeAll(async () => {
    counter = StepCounter.start();
    ({ AppError } = await import('../src/errors.ts'));
    dockerfile = await import('../src/dockerfile/index.ts');
    tree = await import('../src/files/index.ts');
    context = await import('../src/context/index.ts');
  });
  afterAll(() => counter[Symbol.dispose]());

  /** Steps for `size` and twice as much; an error for the user is an answer too. */
  function expectLinear(size: number, work: (size: number) => () => unknown): void {
    const steps = [size, 2 * size].map((length) => {
      const prepared = work(length);
      return counter.count(() => answered(prepared));
    });
    const [single = 0, double = 0] = steps;
    expect(single).toBeGreaterThan(size / 4);
    expect(double / single).toBeLessThan(MOST);
  }

  test('is told from four times the work', () => {
    const steps = [512, 1024].map((size) => {
      const pattern = `*${'a'.repeat(size / 2)}b`;
      return counter.count(() => tree.matchGoPattern(pattern, 'a'.repeat(size)));
    });
    expect((steps[1] ?? 0) / (steps[0] ?? 0)).toBeGreaterThan(3.5);
  });

  function answered(work: () => unknown): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }

  test.each(files)('of a file: %s', (_, shape) => {
    expectLinear(SIZE, (size) => {
      const text = textOf(shape, size);
      return () => {
        answered(() =>
          dockerfile.parseInstructions(dockerfile.parseDockerfile(text, { file: 'F' })),
        );
        dockerfile.printTree(dockerfile.readDockerfile(text, { file: 'F' }).tree);
      };
    });
  });

  test.each(words)('of a word: %s', (_, shape) => {
    const lookup = (name: string) => (name === 'v' ? 'abab' : undefined);
    expectLinear(SIZE, (size) => {
      const text = textOf(shape, size);
      return () => {
        for (const expand of [
          dockerfile.expandWord,
          dockerfile.expandWords,
          dockerfile.expandHeredoc,
        ]) {
          answered(() => expand(text, { lookup }));
        }
        dockerfile.expandForDisplay(text, { lookup });
      };
    });
  });

  test.each(patterns)('of a name: %s', (_, pattern, piece) => {
    expectLinear(4096, (size) => () => tree.matchGoPattern(pattern, piece.repeat(size)));
    expectLinear(4096, (size) => () => tree.matchGoPattern(pattern.repeat(size / 64), 'aaaa'));
  });

  test.each(pathPatterns)('of a path: %s', (_, pattern, piece) => {
    const name = piece.repeat(2048);
    expectLinear(4096, (size) => {
      const matcher = new tree.PathPatterns([pattern]);
      return () => matcher.step(piece.repeat(size), undefined);
    });
    expectLinear(4096, (size) => () => {
      new tree.PathPatterns([pattern.repeat(size / 64)]).step(name.slice(0, 64), undefined);
    });
  });

  test('of an ignore file: lines, comments and exceptions', () => {
    expectLinear(SIZE, (size) => {
      const text = '# c\n  /a/./**/b/../*.c \n\n!d/**\n'.repeat(size / 32);
      return () =>
        new context.IgnoreMatcher(context.parseDockerignore(text)).step('d/e', undefined);
    });
  });
});
