/** The blobs of an OCI layout in a directory, for a daemon that names them: whatever it asks for, it gets blobs only. */
import { createReadStream, lstatSync } from 'node:fs';
import type { BlobShelf } from '../../fleet/index.ts';
import { layoutBlobPath } from '../../image/index.ts';
import { isDigest } from '../../oci/index.ts';

/** @returns bytes of a blob; undefined: the layout does not have it */
export function layoutBlobSize(directory: string, digest: string): number | undefined {
  if (!isDigest(digest)) return undefined;
  const stats = lstatSync(layoutBlobPath(directory, digest), { throwIfNoEntry: false });
  return stats?.isFile() === true ? stats.size : undefined;
}

/** The daemon checks the digests of what it reads. */
export function layoutShelf(directory: string): BlobShelf {
  return {
    size: (digest) => layoutBlobSize(directory, digest),
    async *read(digest, offset) {
      if (!isDigest(digest)) return;
      yield* createReadStream(layoutBlobPath(directory, digest), { start: offset });
    },
  };
}
