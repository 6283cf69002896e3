/**
 * What definitions mean: each directory of `bake/` has files, a call (targets, `--set`, environment), and what
 * `docker buildx bake --print` says of it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLamina } from '../src/index.ts';

const CASES = join(import.meta.dirname, 'bake');

interface Call {
  readonly targets?: readonly string[];
  readonly set?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function callOf(directory: string): Call {
  if (!readdirSync(directory).includes('call.json')) return {};
  return JSON.parse(readFileSync(join(directory, 'call.json'), 'utf8'));
}

describe('bake --print', () => {
  it.each(readdirSync(CASES))('%s', async (name) => {
    const directory = join(CASES, name);
    const { targets, set, env = {} } = callOf(directory);
    const { json } = await createLamina({ env }).readBakeDefinition({
      directory,
      targets,
      overrides: set,
    });
    const expected: unknown = JSON.parse(readFileSync(join(directory, 'expected.json'), 'utf8'));
    expect(json).toBe(JSON.stringify(expected, undefined, 2));
  });
});
