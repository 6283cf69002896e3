/** Selects the records that a prune removes. Runs inside a transaction, on what all processes see. */
import type { Digest } from '../oci/index.ts';
import { factSubject } from './facts.ts';
import { KEPT_STEP } from './kept-step.ts';
import type { Tables } from './tables.ts';
import type { CacheRecord, ImageRecord, LayerId } from './types.ts';

export interface PruneOptions {
  /**
   * `all`: every cache record, or with `unusedFor` those not used in that time; `unused`: only those of them whose
   * layers are in no image. Undefined: no records, only unreferenced content.
   */
  readonly cache?: 'unused' | 'all' | undefined;
  /** Milliseconds. Default: two days for `unused`, none for `all`. */
  readonly unusedFor?: number | undefined;
  /** Bytes of content that the cache may keep: the least recently used of the selected records are removed first. */
  readonly keepBytes?: number | undefined;
  /** Leave the step that failed last to those who look into it, unless `keepBytes` is exceeded. */
  readonly keepsFailedStep?: boolean | undefined;
  /** `dangling`: images without a name; `all`: every image. Undefined: none. */
  readonly images?: 'dangling' | 'all' | undefined;
  /** Limits `images` to these; undefined: no limit. */
  readonly onlyImages?: ReadonlySet<Digest> | undefined;
}

export interface PrunedItem {
  readonly kind: 'image' | 'record' | 'layer' | 'blob' | 'cache-mount' | 'temporary';
  readonly id: string;
  /** Names of the image, the step of the record or layer, the id of a cache mount; empty for others. */
  readonly description: string;
  /** Approximate bytes freed on the disk; 0 for records. */
  readonly bytes: number;
}

export interface SelectionInput {
  readonly options: PruneOptions;
  /** Layers and blobs that live processes use. */
  readonly pins: ReadonlySet<string>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Bytes of the cache mounts, which count for `keepBytes` too. */
  readonly mountBytes: number;
}

const TWO_DAYS = 2 * 86_400_000;

/** Cache records last used before this time may be removed; undefined: none may. */
export function cacheLimit(options: PruneOptions, now: number): number | undefined {
  const { cache, unusedFor } = options;
  if (cache === undefined) return undefined;
  if (cache === 'all' && unusedFor === undefined) return Number.POSITIVE_INFINITY;
  return now - (unusedFor ?? TWO_DAYS);
}

/** Bytes of the layers that only cache records name. */
export function bytesOfCache(tables: Tables): number {
  const records = [...tables.records.committedEntries()];
  return new CacheUsage(tables, records, layersOfImages(tables)).bytes;
}

/** Removes records; the sweep removes content that nothing references any more. */
export function removeSelected(tables: Tables, input: SelectionInput): PrunedItem[] {
  const images = removeImages(tables, input.options);
  const records = removeRecords(tables, input);
  removeLayers(tables, input.pins);
  removeFacts(tables, input.options.cache === 'all');
  return [...images, ...records];
}

/** Names of existing images; removes names of others. */
function namesOfImages(tables: Tables): ReadonlyMap<Digest, readonly string[]> {
  const names = new Map<Digest, string[]>();
  const isThere = (id: Digest) => tables.images.getCommitted(id) !== undefined;
  const add = (id: Digest, name: string) => {
    const own = names.get(id) ?? [];
    if (!own.includes(name)) names.set(id, [...own, name]);
  };
  for (const [name, id] of tables.names.committedEntries()) {
    if (isThere(id)) add(id, name);
    else tables.names.removeNow(name);
  }
  for (const [name, ids] of tables.variants.committedEntries()) {
    if (!ids.some(isThere)) tables.variants.removeNow(name);
    for (const id of ids) if (isThere(id)) add(id, name);
  }
  return names;
}

function removeImages(tables: Tables, { images: which, onlyImages }: PruneOptions): PrunedItem[] {
  const names = namesOfImages(tables);
  if (which === undefined) return [];
  const removed: PrunedItem[] = [];
  for (const [id] of tables.images.committedEntries()) {
    const own = names.get(id as Digest) ?? [];
    if (which === 'dangling' && own.length > 0) continue;
    if (onlyImages?.has(id as Digest) === false) continue;
    tables.images.removeNow(id);
    for (const name of own) {
      tables.names.removeNow(name);
      tables.variants.removeNow(name);
    }
    removed.push({ kind: 'image', id, description: own.join(', '), bytes: 0 });
  }
  return removed;
}

function removeRecords(tables: Tables, { options, now, mountBytes }: SelectionInput): PrunedItem[] {
  const inImages = layersOfImages(tables);
  const removed: PrunedItem[] = [];
  const remove = ([key, record]: [string, CacheRecord]): void => {
    tables.records.removeNow(key);
    tables.used.removeNow(key);
    removed.push({ kind: 'record', id: key, description: record.description, bytes: 0 });
  };
  const whole: [string, CacheRecord][] = [];
  // It is there to be looked into, and no build uses it: every prune of the cache by hand takes it.
  const keepsFailed = options.cache === undefined || options.keepsFailedStep === true;
  for (const entry of tables.records.committedEntries()) {
    const isWhole = entry[1].layers.every((id) => tables.layers.getCommitted(id) !== undefined);
    if (isWhole && (keepsFailed || entry[0] !== KEPT_STEP)) whole.push(entry);
    else remove(entry);
  }
  const lastUsed = (key: string): number => tables.used.getCommitted(key) ?? 0;
  const limit = cacheLimit(options, now) ?? Number.NEGATIVE_INFINITY;
  const candidates = whole.filter(
    ([key, record]) =>
      lastUsed(key) < limit && (options.cache === 'all' || !isInImages(record, inImages)),
  );
  candidates.sort(([a], [b]) => lastUsed(a) - lastUsed(b));
  const usage = new CacheUsage(tables, whole, inImages);
  for (const entry of candidates) {
    if (options.keepBytes !== undefined && usage.bytes + mountBytes <= options.keepBytes) break;
    usage.remove(entry[1]);
    remove(entry);
  }
  removeDeadEnds(tables);
  return removed;
}

/** Removes aliases and usage times without a record. */
function removeDeadEnds(tables: Tables): void {
  for (const [key, alias] of tables.aliases.committedEntries()) {
    if (tables.records.getCommitted(alias.key) === undefined) tables.aliases.removeNow(key);
  }
  for (const [key] of tables.used.committedEntries()) {
    if (tables.records.getCommitted(key) === undefined) tables.used.removeNow(key);
  }
}

function removeLayers(tables: Tables, pins: ReadonlySet<string>): void {
  const needed = layersOfImages(tables);
  for (const [, record] of tables.records.committedEntries()) {
    for (const id of record.layers) needed.add(id);
  }
  for (const [id] of tables.layers.committedEntries()) {
    if (!needed.has(id as LayerId) && !pins.has(id)) tables.layers.removeNow(id);
  }
}

function removeFacts(tables: Tables, all: boolean): void {
  for (const [key] of tables.facts.committedEntries()) {
    const subject = factSubject(key);
    const isDead = subject === undefined ? all : tables.layers.getCommitted(subject) === undefined;
    if (isDead) tables.facts.removeNow(key);
  }
}

function layersOfImages(tables: Tables): Set<LayerId> {
  const found = new Set<LayerId>();
  for (const [, image] of tables.images.committedEntries()) addLayers(found, image);
  return found;
}

function addLayers(found: Set<LayerId>, image: ImageRecord): void {
  for (const { id } of image.layers) found.add(id);
}

function isInImages(record: CacheRecord, inImages: ReadonlySet<LayerId>): boolean {
  const ids = record.ownLayer === undefined ? record.layers : [record.ownLayer];
  return ids.length > 0 && ids.every((id) => inImages.has(id));
}

/** Bytes of the layers that only cache records name. */
class CacheUsage {
  bytes = 0;
  readonly #users = new Map<LayerId, number>();
  readonly #tables: Tables;

  constructor(
    tables: Tables,
    records: readonly (readonly [string, CacheRecord])[],
    inImages: ReadonlySet<LayerId>,
  ) {
    this.#tables = tables;
    for (const [, record] of records) {
      for (const id of record.layers) {
        if (inImages.has(id)) continue;
        const users = this.#users.get(id) ?? 0;
        if (users === 0) this.bytes += this.#size(id);
        this.#users.set(id, users + 1);
      }
    }
  }

  remove(record: CacheRecord): void {
    for (const id of record.layers) {
      const users = this.#users.get(id);
      if (users === undefined) continue;
      this.#users.set(id, users - 1);
      if (users === 1) this.bytes -= this.#size(id);
    }
  }

  #size(id: LayerId): number {
    return this.#tables.layers.getCommitted(id)?.size ?? 0;
  }
}
