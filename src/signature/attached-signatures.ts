/** Reads the signatures of an image from its registry, and adds to them. */
import type { KeyObject } from 'node:crypto';
import { AppError } from '../errors.ts';
import { type Blob, bytesOf, registryDestination } from '../image/index.ts';
import { type Descriptor, decodeManifest } from '../oci/index.ts';
import type { Registries, Repository } from '../registry/index.ts';
import { isSignedBy } from './sign-bytes.ts';
import { signatureManifest, signatureOf, signatureTag } from './signature-manifest.ts';

/** Bounds for what a registry may make us read. */
const LARGEST_PAYLOAD = 1 << 20;
const MOST_SIGNATURES = 200;

/** A payload with its signature; who made it is not verified yet. */
export interface AttachedSignature {
  readonly descriptor: Descriptor;
  /** Its bytes match its digest. */
  readonly payload: Buffer;
  readonly signature: Buffer;
}

interface Request {
  readonly repository: Repository;
  /** Of the image's manifest or index. */
  readonly digest: string;
  readonly signal?: AbortSignal | undefined;
}

/** @returns none if the image has none @throws AppError REGISTRY_…, OCI_DOCUMENT_INVALID */
export async function attachedSignatures(
  registries: Registries,
  request: Request,
): Promise<readonly AttachedSignature[]> {
  const { repository, signal } = request;
  const layers = await signatureLayers(registries, request);
  const found: AttachedSignature[] = [];
  for (const { descriptor, signature } of layers.slice(-MOST_SIGNATURES)) {
    if (descriptor.size > LARGEST_PAYLOAD) continue;
    const payload = await bytesOf(registries.blob(repository, descriptor, { signal }));
    found.push({ descriptor, payload, signature });
  }
  return found;
}

/** Adds a signature to the others; one of the same key over the same payload is replaced. */
export async function attachSignature(
  registries: Registries,
  blob: Blob,
  { key, ...request }: Request & { readonly key: KeyObject },
): Promise<void> {
  const { repository, digest, signal } = request;
  const payload = await bytesOf(blob.read());
  const others = (await signatureLayers(registries, request)).filter(
    ({ descriptor, signature }) =>
      descriptor.digest !== blob.descriptor.digest || !isSignedBy(payload, signature, key),
  );
  const layers = [...others.map(({ descriptor }) => descriptor), blob.descriptor];
  const { manifest, config } = signatureManifest(layers);
  const reference = { ...repository, tag: signatureTag(digest) };
  const destination = registryDestination(registries, { reference, signal });
  await destination.putBlob(config);
  await destination.putBlob(blob);
  await destination.commit([manifest]);
}

async function signatureLayers(
  registries: Registries,
  { repository: { registry, repository }, digest, signal }: Request,
) {
  const reference = { registry, repository, tag: signatureTag(digest) };
  try {
    const { bytes, descriptor } = await registries.manifest(reference, { signal });
    return decodeManifest(bytes, descriptor.mediaType).layers.flatMap((layer) => {
      const signature = signatureOf(layer);
      return signature === undefined ? [] : [{ descriptor: layer, signature }];
    });
  } catch (error) {
    if (error instanceof AppError && error.code === 'REGISTRY_NOT_FOUND') return [];
    throw error;
  }
}
