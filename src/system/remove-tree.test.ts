import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeTree } from './remove-tree.ts';

const DIG =
  'i=0; while [ $i -lt 50 ]; do mkdir -p "$1" && cd -P "$1" || exit 1; i=$((i + 1)); done';

test('a tree deeper than the longest path is removed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-remove-'));
  mkdirSync(join(directory, 'beside'));
  writeFileSync(join(directory, 'beside/file'), 'text');
  execFileSync('bash', ['-c', DIG, 'dig', 'd'.repeat(200)], { cwd: directory });
  await removeTree(directory);
  expect(existsSync(directory)).toBe(false);
  await removeTree(directory);
});
