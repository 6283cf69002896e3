/** The bytes of one layer, wherever its publisher has put them. */
import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import { type Environment, loadRequests } from '../http/index.ts';
import type { Descriptor } from '../oci/index.ts';
import type { Registries, Repository } from '../registry/index.ts';

export interface ReadLayerOptions {
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
  readonly repository: Repository;
}

/**
 * The bytes of a layer from its registry, or, if that lacks them, from the addresses of its descriptor (the layers of
 * Windows' base images), which are verified just the same.
 */
export async function* readLayer(
  registries: Registries,
  descriptor: Descriptor,
  options: ReadLayerOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { repository, signal } = options;
  const { urls = [] } = descriptor;
  const isElsewhere =
    urls.length > 0 && !(await registries.hasBlob(repository, descriptor.digest, { signal }));
  const bytes = isElsewhere
    ? readForeign(descriptor, options)
    : registries.blob(repository, descriptor, { signal });
  yield* bytes;
}

async function* readForeign(
  descriptor: Descriptor,
  options: Pick<ReadLayerOptions, 'env' | 'signal'>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const urls = (descriptor.urls ?? []).filter((url) => /^https?:\/\//.test(url));
  const [url] = urls;
  if (url === undefined) {
    throw new AppError(
      'IMAGE_LAYER_UNSUPPORTED',
      `the layer ${descriptor.digest} has no address that can be read`,
      { hint: 'ask the publisher of the image' },
    );
  }
  const { get } = await loadRequests();
  const response = await get(url, { env: options.env, signal: options.signal });
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of response) {
    const bytes: Uint8Array = chunk;
    hash.update(bytes);
    size += bytes.length;
    if (size > descriptor.size) break;
    yield bytes;
  }
  if (size === descriptor.size && `sha256:${hash.digest('hex')}` === descriptor.digest) return;
  throw new AppError(
    'BLOB_DIGEST_MISMATCH',
    `what ${new URL(url).host} gave is not the layer ${descriptor.digest}`,
    { hint: 'it was damaged or changed on the way; try again', expected: descriptor.digest },
  );
}
