/** The manifest that holds an image's signatures, under a tag made of the image's digest: cosign's form. */
import { type Blob, blobOf, manifestOf } from '../image/index.ts';
import {
  canonicalJson,
  type Descriptor,
  digestOf,
  MEDIA_TYPES,
  type RawManifest,
} from '../oci/index.ts';

export const SIGNATURE_TYPE = 'application/vnd.dev.cosign.simplesigning.v1+json';
const SIGNATURE = 'dev.cosignproject.cosign/signature';
const NO_TIME = '0001-01-01T00:00:00Z';

/** The tag in the image's repository. @param digest of its manifest or index */
export function signatureTag(digest: string): string {
  return `${digest.replace(':', '-')}.sig`;
}

/** A payload with its signature, as a layer. */
export function signatureBlob(payload: Uint8Array, signature: Uint8Array): Blob {
  const descriptor: Descriptor = {
    mediaType: SIGNATURE_TYPE,
    digest: digestOf(payload),
    size: payload.length,
    annotations: { [SIGNATURE]: Buffer.from(signature).toString('base64') },
  };
  return blobOf(descriptor, payload);
}

/** The signature over the payload of a layer; undefined if it is no signature. */
export function signatureOf({ mediaType, annotations }: Descriptor): Buffer | undefined {
  const text = mediaType === SIGNATURE_TYPE ? annotations?.[SIGNATURE] : undefined;
  return text === undefined ? undefined : Buffer.from(text, 'base64');
}

/** @param layers descriptors of all signatures, old ones too */
export function signatureManifest(layers: readonly Descriptor[]): {
  readonly manifest: RawManifest;
  readonly config: Blob;
} {
  const bytes = canonicalJson({
    architecture: '',
    config: {},
    created: NO_TIME,
    history: layers.map(() => ({ created: NO_TIME })),
    os: '',
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  });
  const config = { mediaType: MEDIA_TYPES.ociConfig, digest: digestOf(bytes), size: bytes.length };
  return { manifest: manifestOf(config, layers), config: blobOf(config, bytes) };
}
