import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixedAnswer, printAnswer } from './fixed-answer.ts';

test.each([
  [[], 'help.txt'],
  [['help'], 'help.txt'],
  [['-h'], 'help.txt'],
  [['--help'], 'help.txt'],
  [['-v'], 'version.txt'],
  [['--version'], 'version.txt'],
  [['version'], undefined],
  [['help', 'build'], undefined],
  [['build', '--help'], undefined],
  [['--version', '--bogus'], undefined],
  [['--root', '/x'], undefined],
])('the answer to %j is %s', (args, file) => {
  expect(fixedAnswer(args)).toBe(file);
});

test('an answer that is missing is left to the command', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-answer-'));
  try {
    expect(printAnswer(directory, 'help.txt')).toBe(false);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
