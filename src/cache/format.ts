/**
 * A build cache as other machines read it: an OCI manifest whose layers are those of the steps, and whose config maps
 * each cache key to some of them. The config is one that BuildKit reads; lamina's own keys are a member that it skips.
 */

import {
  canonicalJson,
  type Descriptor,
  type DiffId,
  type Digest,
  parseDiffId,
  parseDigest,
} from '../oci/index.ts';
import type { LayerMeta, StepWarning } from '../store/index.ts';
import type { BuildkitDocument } from './buildkit/encode.ts';
import { BUILDKIT_INLINE_KEY } from './buildkit/format.ts';
import { invalidCache, listOf, numberOf, objectOf, parseJson, textOf } from './document.ts';

/** The key of an inline cache in an image config. */
export const INLINE_KEY = 'lamina.cache.v1';
const INLINE_CACHES = [
  [INLINE_KEY, 'lamina'],
  [BUILDKIT_INLINE_KEY, 'BuildKit'],
] as const;
/** Raised when keys or layers change their meaning. */
const VERSION = 1;

/** A layer; in an image's own cache, its blob has the same position in the manifest. */
export interface CachedLayer {
  readonly blob?: Digest | undefined;
  readonly diffId: DiffId;
  readonly times: LayerMeta['times'];
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** Bytes of the files in it, if the exporter knew. */
  readonly size?: number | undefined;
}

export interface CachedRecord {
  readonly key: string;
  readonly outputKey: string;
  /** Positions of layers, bottom first. */
  readonly layers: readonly number[];
  /** Whether the last layer is the step's own. */
  readonly addsLayer: boolean;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly addedBytes: number;
  readonly description: string;
  readonly warnings?: readonly StepWarning[] | undefined;
}

/** The contents of a cache mount. */
export interface CachedMount {
  /** 64 hex digits: the key of the mount in a store. */
  readonly key: string;
  /** Shown to people. */
  readonly id: string;
  /** Position of the layer whose tree it is. */
  readonly layer: number;
}

export interface CacheConfig {
  readonly layers: readonly CachedLayer[];
  readonly records: readonly CachedRecord[];
  /** Digests of some files of results, by the keys of their facts. */
  readonly contents: Readonly<Record<string, string>>;
  readonly mounts: readonly CachedMount[];
}

/** The member of a cache that BuildKit reads too. */
const OWN_MEMBER = 'lamina';

/** The same config gives the same bytes. */
export function encodeCacheConfig(config: CacheConfig): Uint8Array {
  return canonicalJson({ version: VERSION, ...config });
}

/** In one document with what BuildKit finds. The same config gives the same bytes. */
export function encodeSharedConfig(config: CacheConfig, buildkit: BuildkitDocument): Uint8Array {
  return canonicalJson({ ...buildkit, [OWN_MEMBER]: { version: VERSION, ...config } });
}

/** A cache's config, with the descriptor of each layer. */
export type LocatedConfig = CacheConfig & { readonly blobs: readonly Descriptor[] };

/**
 * What is in a cache for lamina.
 *
 * @returns undefined if BuildKit wrote it, or a lamina of another version
 * @throws AppError CACHE_INVALID
 */
export function decodeSharedConfig(
  bytes: Uint8Array,
  blobs: readonly Descriptor[],
): LocatedConfig | undefined {
  const own = objectOf(parseJson(bytes))[OWN_MEMBER];
  return own === undefined ? undefined : decodeConfig(own, blobs);
}

/**
 * @param blobs of the manifest
 * @returns undefined for a cache of another version, which has nothing for this one
 * @throws AppError CACHE_INVALID
 */
export function decodeCacheConfig(
  bytes: Uint8Array,
  blobs: readonly Descriptor[],
): LocatedConfig | undefined {
  return decodeConfig(parseJson(bytes), blobs);
}

function decodeConfig(document: unknown, blobs: readonly Descriptor[]): LocatedConfig | undefined {
  const value = objectOf(document);
  if (value.version !== VERSION) return undefined;
  const layers = listOf(value.layers).map(cachedLayer);
  const byDigest = new Map(blobs.map((blob) => [blob.digest, blob]));
  const located = layers.map(({ blob }, position) => {
    const descriptor = blob === undefined ? blobs[position] : byDigest.get(blob);
    if (descriptor === undefined) throw invalidCache('a layer that its manifest lacks');
    return descriptor;
  });
  const position = (text: unknown): number => {
    if (typeof text === 'number' && Number.isInteger(text) && text >= 0 && text < layers.length) {
      return text;
    }
    throw invalidCache('a reference to a missing layer');
  };
  return {
    blobs: located,
    layers,
    records: listOf(value.records).map((record) => cachedRecord(record, position)),
    contents: contentDigests(value.contents),
    mounts: listOf(value.mounts ?? []).map((mount) => cachedMount(mount, position)),
  };
}

export interface InlineCache {
  readonly writtenBy: 'lamina' | 'BuildKit';
  readonly bytes: Uint8Array;
}

/**
 * The cache inside an image config, encoded.
 *
 * @throws AppError CACHE_INVALID
 */
export function inlineCacheIn(imageConfig: Uint8Array): InlineCache | undefined {
  const value = objectOf(parseJson(imageConfig));
  for (const [key, writtenBy] of INLINE_CACHES) {
    const found = value[key];
    if (typeof found === 'string') return { writtenBy, bytes: Buffer.from(found, 'base64') };
  }
  return undefined;
}

function cachedLayer(value: unknown): CachedLayer {
  const { blob, diffId, times, created, size } = objectOf(value);
  if (times !== 'set' && times !== 'clamp' && times !== 'keep') throw invalidCache('unknown times');
  return {
    ...(blob !== undefined && { blob: parseDigest(textOf(blob)) }),
    diffId: parseDiffId(textOf(diffId)),
    times,
    created: numberOf(created),
    ...(size !== undefined && { size: numberOf(size) }),
  };
}

function cachedRecord(document: unknown, position: (text: unknown) => number): CachedRecord {
  const value = objectOf(document);
  return {
    key: textOf(value.key),
    outputKey: textOf(value.outputKey),
    layers: listOf(value.layers).map(position),
    addsLayer: value.addsLayer === true,
    created: numberOf(value.created),
    addedBytes: numberOf(value.addedBytes),
    description: textOf(value.description),
    ...(value.warnings !== undefined && { warnings: listOf(value.warnings).map(stepWarning) }),
  };
}

function stepWarning(document: unknown): StepWarning {
  const { code, message, hint } = objectOf(document);
  return {
    // A newer lamina may have codes that this one does not know.
    code: textOf(code) as StepWarning['code'],
    message: textOf(message),
    ...(hint !== undefined && { hint: textOf(hint) }),
  };
}

function cachedMount(document: unknown, position: (text: unknown) => number): CachedMount {
  const value = objectOf(document);
  const key = textOf(value.key);
  if (!/^[0-9a-f]{64}$/.test(key)) throw invalidCache('an invalid key of a cache mount');
  return { key, id: textOf(value.id), layer: position(value.layer) };
}

function contentDigests(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(objectOf(value)).map(([key, digest]) => [key, textOf(digest)]),
  );
}
