/** The config of an image, out of its registry or layout. */
import { AppError } from '../errors.ts';
import { digestOf, formatReference, type Manifest, type Reference } from '../oci/index.ts';
import type { Registries } from '../registry/index.ts';

/** What resolving needs of a registry; a layout has it too. */
export type Documents = Pick<Registries, 'manifest' | 'blob'>;

/** Configs of real images have some kilobytes. */
const MAX_CONFIG = 16 << 20;

/** @throws AppError OCI_DOCUMENT_INVALID when it is larger than any config, and those of `Registries.blob` */
export async function readConfig(
  registries: Documents,
  reference: Reference,
  { manifest, signal }: { readonly manifest: Manifest; readonly signal: AbortSignal | undefined },
): Promise<Uint8Array> {
  const { config } = manifest;
  if (config.size > MAX_CONFIG) {
    throw new AppError(
      'OCI_DOCUMENT_INVALID',
      `the config of ${formatReference(reference)} has ${config.size} bytes, more than the allowed ${MAX_CONFIG}`,
      { hint: 'such configs are made to exhaust memory; do not trust the source' },
    );
  }
  if (config.data !== undefined) {
    const bytes = Buffer.from(config.data, 'base64');
    if (digestOf(bytes) === config.digest) return bytes;
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of registries.blob(reference, config, { signal })) {
    chunks.push(Uint8Array.from(chunk));
  }
  return Buffer.concat(chunks);
}
