/**
 * The images of the store and their names. An image may have several names. A name refers to one image, or to one for
 * each of several platforms, one of which is the default.
 */
import { AppError } from '../errors.ts';
import {
  type Digest,
  formatReference,
  isDigest,
  parseReference,
  type Reference,
  withDefaultTag,
} from '../oci/index.ts';
import type { Needs } from './journal.ts';
import type { Table } from './table.ts';
import type { ImageRecord } from './types.ts';

export interface ImageTables {
  readonly images: Table<ImageRecord>;
  /** Full reference → image id. */
  readonly names: Table<Digest>;
  /** Full reference → ids, for names of multi-platform images. */
  readonly variants: Table<readonly Digest[]>;
}

/** With fewer digits, a text is a name, not an id. */
const SHORTEST_PREFIX = 4;

export class ImageStore {
  readonly #tables: ImageTables;
  readonly #resolved = new Map<Digest, ImageRecord>();
  /** Created by this process and not recorded yet. */
  readonly #drafts = new Map<Digest, ImageRecord>();

  constructor(tables: ImageTables) {
    this.#tables = tables;
  }

  /**
   * Finds an image by user input: a reference (full or familiar; default tag `latest`; a digest is the manifest's), an
   * id, or at least its first four digits. The found image stays readable by its id, even if another process removes
   * it: a build continues with its base image.
   * @throws AppError IMAGE_AMBIGUOUS
   */
  resolve(text: string): ImageRecord | undefined {
    const found = this.#find(text);
    if (found !== undefined) this.#resolved.set(found.id, found);
    return found;
  }

  get(id: Digest): ImageRecord | undefined {
    return this.#drafts.get(id) ?? this.#tables.images.get(id) ?? this.#resolved.get(id);
  }

  /**
   * Adds an image for this process only, until `put` or a name records it. Others may prune an unnamed image at any
   * time, so an image is recorded together with its name.
   */
  draft(record: ImageRecord): void {
    this.#drafts.set(record.id, record);
  }

  /**
   * Adds an image, without a name, whose config, manifest and layers are in the store. `Store.flush` fails with
   * STORE_CONTENT_GONE if a part of it was collected meanwhile.
   */
  put(record: ImageRecord): void {
    this.#drafts.delete(record.id);
    this.#tables.images.put(record.id, record, imageNeeds(record));
  }

  /** Updates an image's record; a draft stays a draft. */
  update(record: ImageRecord): void {
    if (this.#drafts.has(record.id)) this.draft(record);
    else this.put(record);
  }

  /**
   * Gives an image a name, which another image loses. Records a draft together with the name, so that others see both
   * or neither. `Store.flush` fails with STORE_CONTENT_GONE if the image was removed meanwhile.
   * @returns the other image that had the name before, if any
   * @throws AppError IMAGE_NOT_FOUND, REFERENCE_INVALID
   */
  tag(id: Digest, reference: string): Digest | undefined {
    const draft = this.#drafts.get(id);
    if (draft !== undefined) this.put(draft);
    else if (this.#tables.images.get(id) === undefined) throw imageNotFound(id);
    const name = canonicalName(reference);
    const before = this.#tables.names.get(name);
    this.#tables.names.put(name, id, { layers: [], blobs: [], images: [id], otherwise: 'fail' });
    this.#tables.variants.delete(name);
    return before === id ? undefined : before;
  }

  /**
   * Gives one name to images for several platforms.
   * @param ids the first is the default
   * @throws AppError IMAGE_NOT_FOUND, REFERENCE_INVALID
   */
  tagVariants(ids: readonly [Digest, ...Digest[]], reference: string): void {
    for (const id of ids) this.tag(id, reference);
    this.tag(ids[0], reference);
    if (ids.length > 1) this.#tables.variants.put(canonicalName(reference), ids);
  }

  /** The images of a name, one for each platform; else the one that `resolve` finds, if any. */
  variants(text: string): readonly ImageRecord[] {
    const reference = readReference(text);
    const name = reference && formatReference(withDefaultTag(reference));
    const ids = name === undefined ? undefined : this.#tables.variants.get(name);
    const known = ids?.flatMap((id) => this.get(id) ?? []) ?? [];
    if (known.length > 1) return known;
    const found = this.resolve(text);
    return found === undefined ? [] : [found];
  }

  /**
   * Removes a name.
   * @returns the image that had it
   * @throws AppError REFERENCE_INVALID
   */
  untag(reference: string): Digest | undefined {
    const name = canonicalName(reference);
    const id = this.#tables.names.get(name);
    this.#forget(name);
    return id;
  }

  /** The names of an image in full form, sorted. */
  references(id: Digest): string[] {
    const found = new Set<string>();
    for (const [name, image] of this.#tables.names.entries()) if (image === id) found.add(name);
    for (const [name, ids] of this.#tables.variants.entries())
      if (ids.includes(id)) found.add(name);
    return [...found].sort();
  }

  /** All names, in full form, sorted. */
  names(): string[] {
    return [...this.#tables.names.entries()].map(([name]) => name).sort();
  }

  /** Whether a blob is the config or the manifest of a recorded image. */
  isNamed(digest: Digest): boolean {
    return [...this.#tables.images.committedEntries()].some(
      ([, { id, manifestDigest }]) => id === digest || manifestDigest === digest,
    );
  }

  /** All images, the newest first. */
  list(): ImageRecord[] {
    return [...this.#tables.images.entries()]
      .map(([, record]) => record)
      .sort((a, b) => b.created - a.created || (a.id < b.id ? -1 : 1));
  }

  /**
   * Removes an image and its names. The next prune removes content that nothing else needs. The image stays if another
   * process names it before the removal is written.
   */
  remove(id: Digest): void {
    for (const name of this.references(id)) this.#leave(name, id);
    this.#tables.images.delete(id, () => !this.#isNamed(id));
    this.#resolved.delete(id);
    this.#drafts.delete(id);
  }

  /** Call inside a transaction: whether an image has a name by now. */
  #isNamed(id: Digest): boolean {
    const names = [...this.#tables.names.committedEntries()];
    const variants = [...this.#tables.variants.committedEntries()];
    return names.some(([, image]) => image === id) || variants.some(([, ids]) => ids.includes(id));
  }

  #forget(name: string): void {
    this.#tables.names.delete(name);
    this.#tables.variants.delete(name);
  }

  /** Removes one image from a name; the others keep it. */
  #leave(name: string, id: Digest): void {
    const [first, ...more] = (this.#tables.variants.get(name) ?? []).filter((each) => each !== id);
    this.#forget(name);
    if (first !== undefined) this.#tables.names.put(name, first);
    if (first !== undefined && more.length > 0) {
      this.#tables.variants.put(name, [first, ...more]);
    }
  }

  #find(text: string): ImageRecord | undefined {
    if (isDigest(text)) return this.#tables.images.get(text);
    const reference = readReference(text);
    return (reference && this.#byReference(reference)) ?? this.#byPrefix(text);
  }

  #byReference(reference: Reference): ImageRecord | undefined {
    const id = this.#tables.names.get(formatReference(withDefaultTag(reference)));
    const named = id === undefined ? undefined : this.#tables.images.get(id);
    if (named || reference.digest === undefined) return named;
    return this.#byManifest(reference, reference.digest);
  }

  /** `name@digest`: an image with that manifest, under any tag of that repository. */
  #byManifest({ registry, repository }: Reference, digest: Digest): ImageRecord | undefined {
    const prefix = `${registry}/${repository}`;
    for (const [name, id] of this.#tables.names.entries(prefix)) {
      const follows = name[prefix.length];
      if (follows !== ':' && follows !== '@') continue;
      const record = this.#tables.images.get(id);
      if (record?.manifestDigest === digest) return record;
    }
    return undefined;
  }

  #byPrefix(text: string): ImageRecord | undefined {
    const hex = text.replace(/^sha256:/, '').toLowerCase();
    if (hex.length < SHORTEST_PREFIX || !/^[0-9a-f]{1,64}$/.test(hex)) return undefined;
    const found = [...this.#tables.images.entries(`sha256:${hex}`)].map(([, record]) => record);
    if (found.length > 1) throw ambiguous(text, found);
    return found[0];
  }
}

/** The content that an image requires. */
export function imageNeeds(record: ImageRecord): Needs {
  return {
    layers: record.layers.map(({ id }) => id),
    blobs: [record.id, record.manifestDigest],
    otherwise: 'fail',
  };
}

function canonicalName(reference: string): string {
  return formatReference(withDefaultTag(parseReference(reference)));
}

function readReference(text: string): Reference | undefined {
  try {
    return parseReference(text);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function imageNotFound(id: Digest): AppError {
  return new AppError('IMAGE_NOT_FOUND', `the store has no image ${id}`, {
    hint: 'run `lamina images` to list images',
  });
}

function ambiguous(text: string, found: readonly ImageRecord[]): AppError {
  return new AppError('IMAGE_AMBIGUOUS', `${found.length} image IDs begin with ${text}`, {
    hint: 'give more digits of the ID',
    expected: found.map(({ id }) => id.slice('sha256:'.length, 23)).join(' or '),
    details: { ids: found.map(({ id }) => id) },
  });
}
