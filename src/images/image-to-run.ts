/** The image of `run`: pulled if the store lacks it, as Docker does. */
import type { RunOptions } from '../api/index.ts';
import type { Environment } from '../environment.ts';
import { AppError, revised } from '../errors.ts';
import {
  type Platform,
  parsePlatform,
  parseReference,
  type Reference,
  selectPlatform,
  withDefaultTag,
} from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { loadHint } from '../transfer/index.ts';
import { pullOne } from './pull.ts';
import { withRegistries } from './with-registries.ts';
import { requireImage } from './with-store.ts';

/**
 * @param env the caller's environment, with proxies and the locations of configuration files
 * @throws AppError IMAGE_NOT_FOUND, REGISTRY_…
 */
export async function imageToRun(
  store: Store,
  { image: text, platform: wanted, pull = 'missing', onPull, onPulled, signal }: RunOptions,
  env: Environment,
): Promise<ImageRecord> {
  const platform = wanted === undefined ? undefined : parsePlatform(wanted);
  const known = pull === 'always' ? undefined : imageFor(store, text, platform);
  const reference = pull === 'never' ? undefined : referenceOf(text);
  if (known !== undefined || reference === undefined) return known ?? requireImage(store, text);
  const settings = { reference, platform, onEvent: onPull, signal };
  const pulled = await withRegistries({ env }, { signal }, (registries) =>
    pullOne(store, registries, settings),
  ).catch((error: unknown) => {
    throw withLoadHint(error, text);
  });
  await store.flush();
  onPulled?.(pulled);
  return store.images.get(pulled.id) ?? requireImage(store, text);
}

function withLoadHint(error: unknown, image: string): unknown {
  if (!(error instanceof AppError) || error.code !== 'REGISTRY_UNREACHABLE') return error;
  return revised(error, { hint: `${error.hint ?? ''}\n${loadHint(image)}` });
}

/** The image for the platform, or none; without a platform, the image of that name. */
function imageFor(
  store: Store,
  text: string,
  platform: Platform | undefined,
): ImageRecord | undefined {
  if (platform === undefined) return store.images.resolve(text);
  const variants = store.images.variants(text);
  const best = selectPlatform(platform, variants);
  return best === undefined ? undefined : variants[best];
}

/** An ID is not a name. */
function referenceOf(text: string): Reference | undefined {
  if (/^sha256:[0-9a-f]+$/.test(text)) return undefined;
  return withDefaultTag(parseReference(text));
}
