import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decompress } from '../archive/index.ts';
import { digestOf, RunningDigest } from '../oci/index.ts';
import { readHashed } from './read-hashed.ts';

/** Verifies its bytes by the reader's digest, as a registry does. */
async function* source(
  chunks: readonly Uint8Array[],
  digest: RunningDigest,
): AsyncGenerator<Uint8Array, void> {
  yield* chunks;
  if (digest.value !== digestOf(Buffer.concat(chunks))) throw new Error('not all was hashed');
}

const TAR = [Buffer.alloc(1024, 'a'), Buffer.alloc(512, 'b')];

test('a tar is hashed by its reader alone', async () => {
  const digest = new RunningDigest();
  const read = await readHashed(source(TAR, digest), digest, {
    into: async () => 'compressed',
    async intoTar(tar, given) {
      for await (const chunk of tar) given.update(chunk);
      return given.value;
    },
  });
  expect(read).toBe(digestOf(Buffer.concat(TAR)));
});

test('the digest of compressed bytes is not that of their tar', async () => {
  const digest = new RunningDigest();
  const whole = gzipSync(Buffer.concat(TAR));
  const chunks = [whole.subarray(0, 20), whole.subarray(20)];
  const read = await readHashed(source(chunks, digest), digest, {
    async into(bytes) {
      const parts: Uint8Array[] = [];
      for await (const chunk of decompress(bytes)) parts.push(Uint8Array.from(chunk));
      return Buffer.concat(parts);
    },
    intoTar: () => Promise.reject(new Error('it is no tar')),
  });
  expect(read).toEqual(Buffer.concat(TAR));
  expect(digest.value).toBe(digestOf(whole));
});

test.each([
  ['before', false],
  ['after', true],
])('a source reads to its end when its reader fails %s hashing a chunk', async (_, isHashed) => {
  const digest = new RunningDigest();
  const reading = readHashed(source(TAR, digest), digest, {
    into: async () => undefined,
    async intoTar(tar, given) {
      for await (const chunk of tar) {
        if (isHashed) given.update(chunk);
        throw new Error('full');
      }
    },
  });
  await expect(reading).rejects.toThrow('full');
  expect(digest.value).toBe(digestOf(Buffer.concat(TAR)));
});

test('a fault of the source comes before that of the reader', async () => {
  async function* broken(): AsyncGenerator<Uint8Array, void> {
    yield* TAR;
    throw new Error('cut off');
  }
  const reading = readHashed(broken(), new RunningDigest(), {
    into: async () => undefined,
    intoTar: () => Promise.reject(new Error('full')),
  });
  await expect(reading).rejects.toThrow('cut off');
});
