/**
 * A cache as BuildKit writes it: records that refer to one another, and the layers of each result.
 * https://github.com/moby/buildkit/blob/v0.32.2/cache/remotecache/v1/types/doc.go
 */
import {
  type Descriptor,
  type DiffId,
  isDigest,
  layerCompression,
  parseDiffId,
} from '../../oci/index.ts';
import { integerOf, invalidCache, listOf, objectOf, parseJson, textOf } from '../document.ts';

export const BUILDKIT_CACHE_TYPE = 'application/vnd.buildkit.cacheconfig.v0';
/** The key of an inline cache in an image config. */
export const BUILDKIT_INLINE_KEY = 'moby.buildkit.cache.v0';

export interface BuildkitLayer {
  readonly descriptor: Descriptor;
  readonly diffId: DiffId;
}

export interface BuildkitLink {
  readonly selector: string;
  /** Position of the record it refers to. */
  readonly record: number;
}

export interface BuildkitResult {
  /** Bottom first. */
  readonly layers: readonly BuildkitLayer[];
  /** Milliseconds since the epoch. */
  readonly created: number;
}

export interface BuildkitRecord {
  readonly digest: string;
  /** For each input, the records it may be. */
  readonly inputs: readonly (readonly BuildkitLink[])[];
  /** Results whose layers are all named. */
  readonly results: readonly BuildkitResult[];
}

export interface BuildkitCache {
  readonly records: readonly BuildkitRecord[];
}

/**
 * @param blobs of all layers that the cache's manifest names
 * @throws AppError CACHE_INVALID
 */
export function decodeBuildkitCache(
  config: Uint8Array,
  blobs: readonly Descriptor[],
): BuildkitCache {
  const { layers, records } = objectOf(parseJson(config));
  const byDigest = new Map(blobs.map((blob) => [blob.digest as string, blob]));
  const stacks = listOf(layers ?? []).map((layer) => {
    const { blob, parent } = objectOf(layer);
    // Go leaves out a parent of 0; the lowest layer has -1.
    return { blob: byDigest.get(String(blob)), parent: integerOf(parent ?? 0) };
  });
  return decodeRecords(records, { diffIdOf: diffIdIn, stacks });
}

/**
 * The cache in an image's config.
 *
 * @throws AppError CACHE_INVALID
 */
export function decodeInlineCache(
  encoded: Uint8Array,
  blobs: readonly Descriptor[],
  diffIds: readonly DiffId[],
): BuildkitCache {
  if (diffIds.length !== blobs.length) throw invalidCache('different layers than its image');
  const byBlob = new Map(blobs.map((blob, position) => [blob, diffIds[position]]));
  const stacks = blobs.map((blob, position) => ({ blob, parent: position - 1 }));
  const records = parseJson(encoded);
  return decodeRecords(records, { diffIdOf: (blob) => byBlob.get(blob), stacks });
}

interface LayerStacks {
  readonly diffIdOf: (blob: Descriptor) => DiffId | undefined;
  readonly stacks: readonly { readonly blob: Descriptor | undefined; readonly parent: number }[];
}

function decodeRecords(value: unknown, layers: LayerStacks): BuildkitCache {
  const all = listOf(value ?? []);
  const records = all.map((one): BuildkitRecord => {
    const record = objectOf(one);
    const stacks = listOf(record.layers ?? []).map((result) => {
      const { layer, createdAt } = objectOf(result);
      return { positions: stackOf(layers, integerOf(layer ?? 0)), createdAt };
    });
    const chains = listOf(record.chains ?? []).map((result) => {
      const { layers: positions, createdAt } = objectOf(result);
      return { positions: listOf(positions ?? []).map(integerOf), createdAt };
    });
    return {
      digest: textOf(record.digest),
      inputs: listOf(record.inputs ?? []).map((links) =>
        listOf(links).map((link) => {
          const { selector, link: index } = objectOf(link);
          const position = integerOf(index ?? 0);
          if (position < 0 || position >= all.length)
            throw invalidCache('a reference to a missing record');
          return { selector: textOf(selector ?? ''), record: position };
        }),
      ),
      results: [...stacks, ...chains].flatMap((result) => resultOf(layers, result)),
    };
  });
  return { records };
}

/** From the lowest layer up to this one. */
function stackOf({ stacks }: LayerStacks, top: number): number[] {
  const positions: number[] = [];
  for (let position = top; position !== -1; position = stacks[position]?.parent ?? -1) {
    if (stacks[position] === undefined) throw invalidCache('a reference to a missing layer');
    if (positions.length > stacks.length) throw invalidCache('layers in a cycle');
    positions.push(position);
  }
  return positions.reverse();
}

function resultOf(
  { stacks, diffIdOf }: LayerStacks,
  { positions, createdAt }: { readonly positions: readonly number[]; readonly createdAt: unknown },
): BuildkitResult[] {
  const layers: BuildkitLayer[] = [];
  for (const position of positions) {
    const descriptor = stacks[position]?.blob;
    const diffId = descriptor && diffIdOf(descriptor);
    if (descriptor === undefined || diffId === undefined) return [];
    layers.push({ descriptor, diffId });
  }
  const time = typeof createdAt === 'string' ? Date.parse(createdAt) : Number.NaN;
  return layers.length === 0 ? [] : [{ layers, created: Number.isNaN(time) ? 0 : time }];
}

export const UNCOMPRESSED = 'containerd.io/uncompressed';

function diffIdIn({ annotations, mediaType, digest }: Descriptor): DiffId | undefined {
  const said = annotations?.[UNCOMPRESSED];
  if (said !== undefined && isDigest(said)) return parseDiffId(said);
  return layerCompression(mediaType) === 'none' ? parseDiffId(digest) : undefined;
}
