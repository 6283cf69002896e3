/** The blobs that a daemon sent, as a source of images. */
import type { ImageSource } from '../../image/index.ts';
import { type Digest, MEDIA_TYPES } from '../../oci/index.ts';
import type { ReceivedBlobs } from './received-blobs.ts';

/** @param root of a manifest or an index @throws AppError BUILDER_FAILED */
export async function receivedImage(
  blobs: ReceivedBlobs,
  root: Digest,
  label: string,
): Promise<ImageSource> {
  const manifest = async (digest: Digest) => {
    const bytes = await blobs.document(digest);
    return { descriptor: { mediaType: mediaTypeOf(bytes), digest, size: bytes.length }, bytes };
  };
  return {
    label,
    roots: [(await manifest(root)).descriptor],
    manifest: ({ digest }) => manifest(digest),
    blob: ({ digest }) => blobs.read(digest, 0),
    hasBlob: async (digest) => blobs.has(digest),
    referrers: async () => [],
    async [Symbol.asyncDispose]() {},
  };
}

function mediaTypeOf(bytes: Buffer): string {
  const document: unknown = JSON.parse(bytes.toString('utf8'));
  if (typeof document !== 'object' || document === null) return MEDIA_TYPES.ociManifest;
  if ('mediaType' in document && typeof document.mediaType === 'string') return document.mediaType;
  return 'manifests' in document ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest;
}
