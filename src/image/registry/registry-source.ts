/** A name in a registry as a source of images. */
import { formatReference, type Reference } from '../../oci/index.ts';
import type { Registries } from '../../registry/index.ts';
import type { ImageSource, ReadRequest } from '../model/transport.ts';

/** The parts of a registry that reading needs. */
export type Readable = Pick<Registries, 'manifest' | 'blob' | 'hasBlob' | 'referrers'>;

/**
 * Resolves the name now. The caller keeps owning the registries.
 *
 * @throws AppError REGISTRY_…
 */
export async function openRegistrySource(
  registries: Readable,
  reference: Reference,
  request: ReadRequest = {},
): Promise<ImageSource> {
  const { registry, repository } = reference;
  const root = await registries.manifest(reference, request);
  return {
    label: formatReference(reference),
    roots: [root.descriptor],
    async manifest({ digest }, options) {
      if (digest === root.descriptor.digest) return root;
      return registries.manifest({ registry, repository, digest }, options);
    },
    blob: (descriptor, options) => registries.blob(reference, descriptor, options),
    hasBlob: (digest, options) => registries.hasBlob(reference, digest, options),
    referrers: (digest) => registries.referrers(reference, digest),
    async [Symbol.asyncDispose]() {},
  };
}
