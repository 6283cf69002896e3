/** The threat model names tests: they exist. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

it('docs/security.md names only tests and commands that exist', () => {
  const text = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
  const files = [...text.matchAll(/`((?:src|test)\/[\w./-]+\.ts)`/g)].map(([, path = '']) => path);
  expect(files.length).toBeGreaterThan(15);
  expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const commands = [...text.matchAll(/`npm run ([\w:]+)`/g)].map(([, name = '']) => name);
  expect(commands.filter((name) => scripts[name] === undefined)).toEqual([]);
});
