/** What the fuzzer kept (`npm run fuzz`): each text once led somewhere new. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkDockerfile } from './support/fuzz-target.ts';

const directory = new URL('fuzz-seeds/', import.meta.url);

describe('a seed of the fuzzer', () => {
  test.each(readdirSync(directory).sort())(
    '%s leads to a result or an error for the user',
    (name) => {
      const features = checkDockerfile(readFileSync(new URL(name, directory), 'utf8'));
      expect(features.size).toBeGreaterThan(0);
    },
  );
});
