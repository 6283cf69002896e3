import { AppError } from '../../errors.ts';
import { type Digest, RunningDigest } from '../../oci/index.ts';
import type { BlobReading } from '../model/image.ts';

/** Passes on the tar of a layer; fails at its end unless it has the diff id of the config. */
export async function* verifiedTar(
  tar: AsyncIterable<Uint8Array>,
  diffId: Digest,
  { digest: given }: BlobReading = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const digest = given ?? new RunningDigest();
  for await (const chunk of tar) {
    if (given === undefined) digest.update(chunk);
    yield chunk;
  }
  const actual = digest.value;
  if (actual === diffId) return;
  throw new AppError('LAYER_DIFF_ID_MISMATCH', `the layer is ${actual}, not ${diffId}`, {
    expected: diffId,
    hint: 'the archive is damaged or altered; download or create it again',
    details: { actual },
  });
}
