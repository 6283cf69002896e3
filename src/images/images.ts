/** The images of a store: list, name, remove, describe. */
import type {
  ImageSummary,
  InspectImagesOptions,
  InspectImagesResult,
  RemoveImageOptions,
  RemoveImageResult,
  TagOptions,
} from '../api/index.ts';
import { AppError } from '../errors.ts';
import { inspectImage } from '../export/index.ts';
import { compressedSizeOfImage, readConfig, sizeOfImage } from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { familiarName, type ImageConfig, parseReference, parseTime } from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { requireImage, withStore } from './with-store.ts';

export function images(context: LaminaContext): Promise<readonly ImageSummary[]> {
  return withStore(context, async (store) => {
    const summaries = await Promise.all(
      store.images.list().map((image) => summarize(store, image)),
    );
    return summaries.sort((a, b) => (b.created ?? 0) - (a.created ?? 0) || (a.id < b.id ? -1 : 1));
  });
}

/** The details of an image in lists. */
export async function summarize(store: Store, image: ImageRecord): Promise<ImageSummary> {
  const { config, created } = await configOf(store, image);
  const { id, manifestDigest, os, architecture, variant } = image;
  return {
    id,
    manifestDigest,
    created: parseTime(created),
    size: sizeOfImage(store, image),
    compressedSize: compressedSizeOfImage(store, image),
    references: shortNames(store, image),
    platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
    labels: config?.Labels ?? {},
  };
}

/** A damaged image does not hide the others; commands that use it report the damage. */
async function configOf(store: Store, image: ImageRecord): Promise<Partial<ImageConfig>> {
  try {
    return await readConfig(store, image);
  } catch (error) {
    if (error instanceof AppError && error.code === 'STORE_DAMAGED') return {};
    throw error;
  }
}

function shortNames(store: Store, image: ImageRecord): string[] {
  return store.images
    .references(image.id)
    .map((reference) => familiarName(parseReference(reference)))
    .sort();
}

export function tag(context: LaminaContext, { source, target }: TagOptions): Promise<void> {
  return withStore(context, async (store) => {
    store.images.tag(requireImage(store, source).id, target);
  });
}

export function removeImage(
  context: LaminaContext,
  options: RemoveImageOptions,
): Promise<RemoveImageResult> {
  const { image: text, force = false } = options;
  return withStore(context, async (store) => {
    const image = requireImage(store, text);
    const all = store.images.references(image.id);
    const byName = isNameOf(text, all);
    if (byName === undefined && all.length > 1 && !force) throw severalNames(text, all);
    const leaving = byName === undefined ? all : [byName, ...digestsLeftBy(byName, all)];
    const untagged = leaving.map((reference) => familiarName(parseReference(reference)));
    const images = byName === undefined ? [image] : untag(store, leaving);
    for (const { id } of images) store.images.remove(id);
    if (images.length === 0) return { untagged, deleted: [] };
    await store.flush();
    await store.prune();
    return { untagged, deleted: images.map(({ id }) => id) };
  });
}

/** The last tag of a repository takes its names by digest with it. */
function digestsLeftBy(name: string, all: readonly string[]): readonly string[] {
  const left = parseReference(name);
  if (left.digest !== undefined) return [];
  const near = all.filter((other) => {
    const { registry, repository } = parseReference(other);
    return other !== name && registry === left.registry && repository === left.repository;
  });
  return near.every((other) => other.includes('@')) ? near : [];
}

/** @returns the images that lost their last name, for all platforms of the names */
function untag(store: Store, names: readonly string[]): readonly ImageRecord[] {
  const variants = names.flatMap((name) => store.images.variants(name));
  for (const name of names) store.images.untag(name);
  const different = new Map(variants.map((image) => [image.id, image]));
  return [...different.values()].filter(({ id }) => store.images.references(id).length === 0);
}

/** The full reference for the text, if it is one of these. */
function isNameOf(text: string, references: readonly string[]): string | undefined {
  return references.find((reference) => {
    const familiar = familiarName(parseReference(reference));
    return [reference, familiar, familiar.replace(/:latest$/, '')].includes(text);
  });
}

function severalNames(text: string, references: readonly string[]): AppError {
  const names = references.map((reference) => familiarName(parseReference(reference)));
  return new AppError('IMAGE_HAS_NAMES', `image ${text} has several names: ${names.join(', ')}`, {
    hint: 'remove it by name, or with --force',
  });
}

export function inspectImages(
  context: LaminaContext,
  { images: texts }: InspectImagesOptions,
): Promise<InspectImagesResult> {
  return withStore(context, async (store) => {
    const found = texts.map((text) => [text, store.images.resolve(text)] as const);
    return {
      images: await Promise.all(
        found.flatMap(([, image]) => (image === undefined ? [] : inspectImage(store, image))),
      ),
      missing: found.flatMap(([text, image]) => (image === undefined ? text : [])),
    };
  });
}
