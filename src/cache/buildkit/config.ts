/**
 * The config of a cache that BuildKit exported: a graph of records, each named by the digest of an operation and linked to
 * those of its inputs, and the layers that are the results.
 */
import { AppError } from '../../errors.ts';

export interface BuildkitConfig {
  readonly layers: readonly BuildkitLayer[];
  readonly records: readonly BuildkitRecord[];
}

interface BuildkitLayer {
  readonly blob: string;
  /** Position of the layer below; -1: none. */
  readonly parent: number;
}

export interface BuildkitRecord {
  readonly digest: string;
  /** For each input of the operation what it may have been. */
  readonly inputs: readonly (readonly BuildkitLink[])[];
  /** Stacks of layers, bottom first, as positions; the latest first. */
  readonly results: readonly BuildkitResult[];
}

export interface BuildkitLink {
  /** Position of a record. */
  readonly link: number;
  /** Digest of the paths that are used of it; empty: all. */
  readonly selector: string;
}

export interface BuildkitResult {
  readonly layers: readonly number[];
  /** Milliseconds since the epoch. */
  readonly created: number;
}

/** @throws AppError CACHE_INVALID */
export function decodeBuildkitConfig(bytes: Uint8Array): BuildkitConfig {
  const value = object(JSON.parse(Buffer.from(bytes).toString('utf8')));
  const layers = list(value.layers).map((layer) => {
    const { blob, parent = 0 } = object(layer);
    return { blob: text(blob), parent: position(parent, list(value.layers).length, -1) };
  });
  const count = list(value.records).length;
  const records = list(value.records).map((record): BuildkitRecord => {
    const { digest, inputs, layers: results, chains } = object(record);
    return {
      digest: text(digest),
      inputs: list(inputs).map((links) => list(links).map((link) => linkOf(link, count))),
      results: [
        ...list(results).map((result) => {
          const { layer, createdAt } = object(result);
          return { layers: chainOf(layers, position(layer, layers.length)), ...at(createdAt) };
        }),
        ...list(chains).map((result) => {
          const { layers: chain, createdAt } = object(result);
          return {
            layers: list(chain).map((one) => position(one, layers.length)),
            ...at(createdAt),
          };
        }),
      ].sort((a, b) => b.created - a.created),
    };
  });
  return { layers, records };
}

function linkOf(value: unknown, count: number): BuildkitLink {
  const { link, selector = '' } = object(value);
  return { link: position(link, count), selector: text(selector) };
}

function chainOf(layers: readonly BuildkitLayer[], top: number): readonly number[] {
  const chain: number[] = [];
  for (let at = top; at >= 0; at = layers[at]?.parent ?? -1) {
    if (chain.length === layers.length) throw invalid('layers that stand on themselves');
    chain.push(at);
  }
  return chain.reverse();
}

function at(createdAt: unknown): { readonly created: number } {
  const created = Date.parse(text(createdAt ?? ''));
  return { created: Number.isNaN(created) ? 0 : created };
}

function position(value: unknown, count: number, least = 0): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value < count) {
    return value;
  }
  throw invalid('a position that is none');
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw invalid('no object where one has to be');
}

/** Go leaves empty lists out. */
function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw invalid('no list where one has to be');
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw invalid('no text where one has to be');
}

function invalid(what: string): AppError {
  return new AppError('CACHE_INVALID', `the cache has ${what}`, {
    hint: 'it was damaged, or written by something else; export it again',
  });
}
