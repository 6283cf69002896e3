/** What the fuzzer of the decoders kept (`npm run fuzz`): each once led somewhere new. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkDecoder, DECODERS } from './support/fuzz-decoders.ts';

const root = new URL('fuzz-decoder-seeds/', import.meta.url);

describe.each(Object.keys(DECODERS))('a seed of the decoder %s', (name) => {
  const directory = new URL(`${name}/`, root);
  test.each(readdirSync(directory).sort())(
    '%s leads to a result or an error for the user',
    async (file) => {
      const outcome = await checkDecoder(name, readFileSync(new URL(file, directory)));
      expect(outcome).toEqual(expect.any(String));
    },
  );
});
