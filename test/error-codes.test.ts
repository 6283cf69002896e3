/** The codes of errors and warnings are those that docs/errors.md explains, and each is used. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { AppError } from '../src/errors.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** What a file of union types lists; build checks are called otherwise, and have pages of their own. */
function codesIn(file: string): readonly string[] {
  const text = readFileSync(join(ROOT, 'src', file), 'utf8');
  return [...text.matchAll(/'([A-Z_]+)'/g)].flatMap(([, code]) => code ?? []);
}

const errors = codesIn('error-code.ts');
const warnings = codesIn('warning-code.ts');
const all = new Set([...errors, ...warnings]);

function sources(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return sources(path);
    const isShipped = entry.name.endsWith('.ts') && !/\.test\.ts$|-code\.ts$/.test(entry.name);
    return isShipped ? [path] : [];
  });
}

it('docs/errors.md explains every code, and no code that does not exist', () => {
  const text = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
  const explained = [...text.matchAll(/^### ([A-Z_]+)$/gm)].flatMap(([, code]) => code ?? []);
  // A bug in lamina is no AppError.
  expect(explained.sort()).toEqual([...all, 'INTERNAL'].sort());
});

it('every code is used, and listed once', () => {
  const text = sources(join(ROOT, 'src'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  expect([...all].filter((code) => !text.includes(`'${code}'`))).toEqual([]);
  expect([errors, warnings].map((list) => new Set(list).size)).toEqual([
    errors.length,
    warnings.length,
  ]);
});

it('a code that is not listed does not compile', () => {
  // @ts-expect-error: the compiler knows the codes
  const error = new AppError('IMAGE_LOST_AND_FOUND', 'there is no such code');
  expect(all.has(error.code)).toBe(false);
});
