import { expect, test } from 'vitest';
import { tree } from '../../test/support/dockerfiles.ts';
import { physicalLines } from './physical-lines.ts';
import { sliceOf } from './tree.ts';

test('every line of an instruction has its kind', () => {
  const parsed = tree('FROM a\nRUN b \\\r\n # c\n\n  <<A\n# d\n\nA\nUSER e');
  const [, node] = parsed.instructions;
  const lines = node === undefined ? [] : physicalLines(parsed, node);
  expect(lines.map(({ kind, range }) => [kind, sliceOf(parsed.text, range)])).toEqual([
    ['code', 'RUN b \\'],
    ['comment', ' # c'],
    ['blank', ''],
    ['code', '  <<A'],
    ['heredoc', '# d'],
    ['heredoc', ''],
    ['heredoc', 'A'],
  ]);
});
