/** Which image another one is based on. */
import type { BaseImage } from '../analysis/index.ts';
import { familiarName, parseReference } from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import type { FoundImage } from './with-image.ts';

/** Annotation, or label: the image that one is based on. */
export const BASE_NAME = 'org.opencontainers.image.base.name';
const DIGEST = 'org.opencontainers.image.base.digest';

interface Known {
  readonly diffId: string;
}

/** How many layers both begin with. */
export function sharedLayers(base: readonly Known[], image: readonly Known[]): number {
  const first = image.findIndex(({ diffId }, position) => base[position]?.diffId !== diffId);
  return first < 0 ? image.length : first;
}

/**
 * The image that annotations name, if the store has it; else the one with a name and the most layers of those that are all at
 * the bottom of the image.
 */
export function baseInStore({ image, stored }: FoundImage): BaseImage | undefined {
  if (stored === undefined) return undefined;
  const { store, record } = stored;
  const isBelow = ({ layers }: ImageRecord) =>
    layers.length > 0 && sharedLayers(layers, record.layers) === layers.length;
  const annotations = { ...image.config.config?.Labels, ...image.manifest.annotations };
  const named = annotated(store, annotations).find(isBelow);
  const [longest] = store.images
    .list()
    .filter((one) => one.layers.length < record.layers.length && isBelow(one))
    .filter(({ id }) => store.images.references(id).length > 0)
    .sort((a, b) => b.layers.length - a.layers.length);
  const base = named ?? longest;
  if (base === undefined) return undefined;
  return {
    name: annotations[BASE_NAME] ?? nameOf(store, base),
    digest: base.manifestDigest,
    layers: base.layers.length,
  };
}

function annotated(
  store: Store,
  annotations: Readonly<Record<string, string>>,
): readonly ImageRecord[] {
  const { [BASE_NAME]: name, [DIGEST]: digest } = annotations;
  try {
    const images = name === undefined ? [] : store.images.variants(name);
    return images.filter(({ manifestDigest }) => digest === undefined || digest === manifestDigest);
  } catch {
    // Annotations may hold anything.
    return [];
  }
}

function nameOf(store: Store, { id }: ImageRecord): string {
  const [name] = store.images.references(id);
  return name === undefined ? id : familiarName(parseReference(name));
}
