/**
 * Hostile shapes: twice the text may cost twice the steps, and no more. A RegExp counts once for each character it is
 * given, so those that go back are no business of this test: they must not exist.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StepCounter } from './support/counted-steps.ts';
import {
  fileShapes,
  pathPatternShapes,
  patternShapes,
  textOf,
  wordShapes,
} from './support/hostile-shapes.ts';

/** Twice, and a little for what comes in steps: nesting is kept in pieces of a certain size. */
const MOST = 2.05;
/**
 * Of the smaller text. `LINEAR_SIZE=4194304 npx vitest run --testTimeout=0 test/linear-work.test.ts` goes up
 * to 8 MiB, which takes long, and prints the steps; see docs/performance.md.
 */
const LARGE = process.env.LINEAR_SIZE;
const SIZE = Number(LARGE ?? 32_768);
/** Of patterns, whose every character may cost a turn for each star. */
const PATTERN_SIZE = Number(LARGE ?? 4096);

describe('twice the work at most for twice the text', () => {
  let counter: StepCounter;
  let dockerfile: typeof import('../src/dockerfile/index.ts');
  let tree: typeof import('../src/files/index.ts');
  let context: typeof import('../src/context/index.ts');
  let advice: typeof import('../src/advice/lint-text.ts');
  let AppError: typeof import('../src/errors.ts').AppError;

  beforeAll(async () => {
    counter = StepCounter.start();
    ({ AppError } = await import('../src/errors.ts'));
    dockerfile = await import('../src/dockerfile/index.ts');
    tree = await import('../src/files/index.ts');
    context = await import('../src/context/index.ts');
    advice = await import('../src/advice/lint-text.ts');
  });
  afterAll(() => counter[Symbol.dispose]());

  /** Steps for `size` and twice as much; an error for the user is an answer too. */
  function expectLinear(size: number, work: (size: number) => () => unknown): void {
    let steps = countTwice(size, work);
    // On a busy machine V8 now and then counts a block too often, never too seldom.
    for (let again = 0; again < 2 && ratioOf(steps) >= MOST; again++) {
      const others = countTwice(size, work);
      steps = [Math.min(steps[0], others[0]), Math.min(steps[1], others[1])];
    }
    const [single, double] = steps;
    if (LARGE !== undefined) {
      const name = expect.getState().currentTestName ?? '';
      process.stdout.write(
        `| ${name.replace(/^.*> /, '')} | ${single} | ${double} | ${(double / single).toFixed(3)} |\n`,
      );
    }
    expect(single).toBeGreaterThan(size / 4);
    expect(double / single).toBeLessThan(MOST);
  }

  function countTwice(size: number, work: (size: number) => () => unknown): [number, number] {
    const count = (length: number) => {
      const prepared = work(length);
      return counter.count(() => answered(prepared));
    };
    return [count(size), count(2 * size)];
  }

  function ratioOf([single, double]: readonly [number, number]): number {
    return double / single;
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

  test.each(fileShapes)('of a file: %s', (_, shape) => {
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

  test.each(wordShapes)('of a word: %s', (_, shape) => {
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

  test.each(patternShapes)('of a name: %s', (_, pattern, piece) => {
    expectLinear(PATTERN_SIZE, (size) => () => tree.matchGoPattern(pattern, piece.repeat(size)));
    expectLinear(
      PATTERN_SIZE,
      (size) => () => tree.matchGoPattern(pattern.repeat(size / 64), 'aaaa'),
    );
  });

  test.each(pathPatternShapes)('of a path: %s', (_, pattern, piece) => {
    const name = piece.repeat(2048);
    expectLinear(PATTERN_SIZE, (size) => {
      const matcher = new tree.PathPatterns([pattern]);
      return () => matcher.step(piece.repeat(size), undefined);
    });
    expectLinear(PATTERN_SIZE, (size) => () => {
      new tree.PathPatterns([pattern.repeat(size / 64)]).step(name.slice(0, 64), undefined);
    });
  });

  test.each([
    ['stages that are based on each other', (index: number) => `FROM s${index - 1} AS s${index}`],
    ['stages side by side', (index: number) => `FROM debian:12 AS s${index}`],
  ])('of the linter: %s', (_, from) => {
    const settings = {
      ...{ ignored: new Set<string>(), severities: new Map([['DL3057', 'info' as const]]) },
      ...{ trustedRegistries: [], strictLabels: false, disableIgnorePragma: false },
      labels: new Map([['owner', 'text' as const]]),
    };
    const steps = [
      'RUN pip install a && apt-get update',
      'COPY --from=s1 /a b',
      'RUN wget x && curl y',
      'RUN rm -rf /x',
      'COPY . .',
      'RUN npm ci',
    ].join('\n');
    expectLinear(128, (count) => {
      const stages = Array.from({ length: count }, (_, index) => `${from(index + 1)}\n${steps}\n`);
      const text = `FROM debian:12 AS s0\n${stages.join('')}`;
      const input = { file: 'F', text, settings, around: { context: undefined } };
      // Without ShellCheck it waits for nothing.
      return () => void advice.lintText(input);
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
