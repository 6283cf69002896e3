import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from './unified-diff.ts';

describe('the differences of two texts', () => {
  it('are shown with three lines of context', () => {
    const before = 'a\nb\nc\nd\ne\nf\ng\nh\n';
    expect(unifiedDiff('x', before, before.replace('e\n', 'E\n'))).toBe(
      '--- x\n+++ x\n@@ -2,7 +2,7 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n',
    );
  });

  it('say where a text has no line break at its end', () => {
    expect(unifiedDiff('x', 'a', 'a\n')).toBe(
      '--- x\n+++ x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n',
    );
  });

  it('are the fewest lines', () => {
    const shown = unifiedDiff('x', 'a\nb\nc\na\nb\nb\na\n', 'c\nb\na\nb\na\nc\n');
    expect(shown.split('\n').filter((line) => /^[-+](?![-+])/.test(line))).toHaveLength(5);
  });

  it('are none between equal texts', () => {
    expect(unifiedDiff('x', 'a\n', 'a\n')).toBe('');
  });

  it('turn the one into the other with patch', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'lamina-diff-'));
    const text = array(constantFrom('a\n', 'b\n', 'c\n', '\n', 'd e\n'), { maxLength: 40 }).map(
      (lines) => lines.join(''),
    );
    const path = join(directory, 'x');
    try {
      await assert(
        property(text, text, (before, after) => {
          if (before === '' || after === '') return;
          writeFileSync(path, before);
          const input = unifiedDiff('x', before, after);
          if (input !== '') execFileSync('patch', ['-s', '-p0'], { cwd: directory, input });
          expect(readFileSync(path, 'utf8')).toBe(after);
        }),
        { numRuns: 60 },
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
