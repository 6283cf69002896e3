/** Opens an image of any transport for reading, without writing to a store or creating one. */
import { existsSync } from 'node:fs';
import type { StoreOptions } from '../api/index.ts';
import { AppError } from '../errors.ts';
import {
  chooseImage,
  type Image,
  type ImageSource,
  namesOf,
  openImageSource,
  openStoredImage,
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
import { type RecordSource, readRecord } from '../records/index.ts';
import { buildRecordsIn, type ImageRecord, type Store } from '../store/index.ts';
import { withStore } from './with-store.ts';

/** An image that was opened by its name, with what is known of where it is. */
export interface FoundImage {
  readonly image: Image;
  readonly source: ImageSource;
  /** Short forms; empty if the image has no name. */
  readonly names: readonly string[];
  /** The image's record in the store; undefined in other transports. */
  readonly stored: StoredImage | undefined;
  /** Where records of builds are looked for: this machine's store, wherever the image is. */
  readonly builds: RecordSource;
  /** Runs `work` with this machine's store, wherever the image is; undefined where there is none that can be opened. */
  readonly inStore: <T>(work: (store: Store) => Promise<T>) => Promise<T | undefined>;
}

export interface StoredImage {
  readonly store: Store;
  readonly record: ImageRecord;
}

export interface WithImageOptions extends StoreOptions {
  /** A name of any transport; without a transport, a name in the store or the ID of a recorded build. */
  readonly image: string;
  /** `os/arch[/variant]`; undefined: the best image of an index for this machine. */
  readonly platform?: string | undefined;
}

/** @throws AppError those of `openImageSource` and `chooseImage`, PLATFORM_INVALID; what `work` throws */
export async function withImage<T>(
  context: LaminaContext,
  options: WithImageOptions,
  work: (opened: FoundImage) => Promise<T>,
): Promise<T> {
  const { env } = context;
  const { image: text, signal } = options;
  const common = { env, signal, unpackLimit: unpackLimitOf(env) };
  const name = parseImageName(text, 'store');
  if (name.transport === 'store' && existsSync(context.root)) {
    return withStore(context, async (store) => {
      const named = imageOfBuild(store, name.text) ?? name.text;
      const source = await openStoredImage(store, named, { signal });
      const image = await chosenImage(source, options);
      const id = image.manifest.config.digest;
      const record = store.images.variants(named).find((one) => one.id === id);
      const names = store.images.references(id).map(short).sort();
      const stored = record && { store, record };
      return work({ image, source, names, stored, builds: store, inStore: (use) => use(store) });
    });
  }
  await using source = await openImageSource(text, common);
  const image = await chosenImage(source, options);
  const builds = { builds: buildRecordsIn(context.root) };
  const inStore: FoundImage['inStore'] = (use) => withStoreIfAny(context, use);
  const names = namesIn(source, text);
  return await work({ image, source, names, stored: undefined, builds, inStore });
}

/** A store of another user or version is none. */
async function withStoreIfAny<T>(
  context: LaminaContext,
  work: (store: Store) => Promise<T>,
): Promise<T | undefined> {
  if (!existsSync(context.root)) return undefined;
  try {
    return await withStore(context, work);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
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
  return chooseImage(source, rootOf(source), { platform: wanted, explicit, partly: true, signal });
}

/** The image that a build on record made; undefined where the text names none. */
function imageOfBuild(store: Store, text: string): string | undefined {
  if (!store.builds.ids().includes(text)) return undefined;
  const { images } = readRecord(store, text);
  const [first] = images;
  if (first !== undefined) return first.id;
  throw new AppError('IMAGE_NOT_FOUND', `build ${text} made no image`, {
    hint: `\`lamina builds show ${text}\` shows what it did`,
  });
}

function short(reference: string): string {
  return familiarName(parseReference(reference));
}
