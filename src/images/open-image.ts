/** Opens an image of any transport for reading, without writing to a store or creating one. */
import { existsSync } from 'node:fs';
import type { StoreOptions } from '../api/index.ts';
import {
  chooseImage,
  type Image,
  type ImageSource,
  namesOf,
  openImageSource,
  parseImageName,
  rootOf,
} from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { unpackLimitOf } from '../layers/index.ts';
import {
  familiarName,
  hostPlatform,
  parsePlatform,
  parseReference,
  withDefaultTag,
} from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { withStore } from './with-store.ts';

export interface OpenedImage {
  readonly image: Image;
  readonly source: ImageSource;
  /** Short forms; empty if the image has no name. */
  readonly names: readonly string[];
  /** The image's record in the store; undefined in other transports. */
  readonly stored: StoredImage | undefined;
}

export interface StoredImage {
  readonly store: Store;
  readonly record: ImageRecord;
}

export interface WithImageOptions extends StoreOptions {
  /** A name of any transport; without a transport, a name in the store. */
  readonly image: string;
  /** `os/arch[/variant]`; undefined: the best image of an index for this machine. */
  readonly platform?: string | undefined;
}

/** @throws AppError those of `openImageSource` and `chooseImage`, PLATFORM_INVALID; what `work` throws */
export async function withImage<T>(
  context: LaminaContext,
  options: WithImageOptions,
  work: (opened: OpenedImage) => Promise<T>,
): Promise<T> {
  const { env } = context;
  const { image: text, signal } = options;
  const common = { env, signal, unpackLimit: unpackLimitOf(env) };
  const isStored = parseImageName(text, 'store').transport === 'store' && existsSync(context.root);
  if (isStored) {
    return withStore(context, async (store) => {
      const openStore = () => Promise.resolve(store);
      await using source = await openImageSource(text, { ...common, openStore });
      const image = await chosenImage(source, options);
      const id = image.manifest.config.digest;
      const record = store.images.variants(storeName(text)).find((one) => one.id === id);
      const names = store.images.references(id).map(short).sort();
      return await work({ image, source, names, stored: record && { store, record } });
    });
  }
  await using source = await openImageSource(text, common);
  const image = await chosenImage(source, options);
  return await work({ image, source, names: namesIn(source, text), stored: undefined });
}

/** An archive lists its names; a registry has only the requested one. */
function namesIn(source: ImageSource, text: string): readonly string[] {
  const name = parseImageName(text, 'store');
  return name.transport === 'registry'
    ? [familiarName(withDefaultTag(name.reference))]
    : namesOf(source).map(short);
}

function chosenImage(source: ImageSource, { platform, signal }: WithImageOptions): Promise<Image> {
  const wanted = platform === undefined ? hostPlatform() : parsePlatform(platform);
  const explicit = platform !== undefined;
  return chooseImage(source, rootOf(source), { platform: wanted, explicit, signal });
}

function storeName(text: string): string {
  const name = parseImageName(text, 'store');
  return name.transport === 'store' ? name.text : text;
}

function short(reference: string): string {
  return familiarName(parseReference(reference));
}
