import { createHash } from 'node:crypto';
import { AppError } from '../../errors.ts';
import type { Digest } from '../../oci/index.ts';

/** Passes on the tar of a layer; fails at its end unless it has the diff id of the config. */
export async function* verifiedTar(
  tar: AsyncIterable<Uint8Array>,
  diffId: Digest,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  for await (const chunk of tar) {
    hash.update(chunk);
    yield chunk;
  }
  const actual = `sha256:${hash.digest('hex')}`;
  if (actual === diffId) return;
  throw new AppError('LAYER_DIFF_ID_MISMATCH', `the layer is ${actual}, not ${diffId}`, {
    expected: diffId,
    hint: 'the archive is damaged or altered; download or create it again',
    details: { actual },
  });
}
