/**
 * BuildKit's cache keys as data. A key is what one output of an operation is found under: the operation's own digest
 * together with, of each input, either the key of what it comes from or the digest of the files that are used of it.
 * https://github.com/moby/buildkit/blob/v0.32.2/docs/dev/solver.md
 */
import type { FileTree } from '../../files/index.ts';
import { chainIds, type DiffId, type Digest, digestOf, type Platform } from '../../oci/index.ts';
import { fileOperationDigest, mkfileAction } from './file-operations.ts';
import { type GoValue, goJson, orAbsent } from './go-json.ts';

export interface BuildkitKey {
  /** Any of these is the digest of a record for it. */
  readonly digests: readonly string[];
  readonly inputs: readonly BuildkitInput[];
  /** Nothing but what the digest covers: the same again is the same input of an operation. */
  readonly isMadeFromNothing?: true;
}

export interface BuildkitInput {
  /** Undefined: what it comes from is known to nobody else, as a directory of this machine. */
  readonly key: BuildkitKey | undefined;
  /** What of it is used; it goes with its key. */
  readonly selector: string;
  /** The digest of the files that are used; undefined where there is none to go by. */
  readonly content?: (() => Promise<string | undefined>) | undefined;
}

/** A file system that operations work on or take files from. */
export type Origin =
  | { readonly kind: 'nothing' }
  /** A directory of this machine. */
  | { readonly kind: 'context'; readonly tree: FileTree }
  | { readonly kind: 'key'; readonly key: BuildkitKey };

/** Whether two file systems are one input of an operation. */
export function isSameOrigin(a: Origin, b: Origin): boolean {
  if (a.kind === 'context') return b.kind === 'context' && a.tree === b.tree;
  if (a.kind !== 'key' || b.kind !== 'key') return false;
  const areMade = a.key.isMadeFromNothing === true && b.key.isMadeFromNothing === true;
  return a.key === b.key || (areMade && a.key.digests[0] === b.key.digests[0]);
}

/** Of a content digest in place of an output. */
const CONTENT = -1;

/** What records are named by: an operation's digest and which of its outputs is meant. */
export function recordDigest(operation: string, output = 0): string {
  return digestOf(`${operation}@${output}`);
}

export function contentRecordDigest(content: string): string {
  return recordDigest(content, CONTENT);
}

/** What an image is known by. */
export interface KnownImage {
  /** Bottom first. */
  readonly diffIds: readonly DiffId[];
  /** Of its manifest, and of the indexes that name it. */
  readonly manifests: readonly Digest[];
}

/**
 * The key of an image's file system: by its layers, whatever its name and config; by its manifest, where BuildKit had
 * no need to look at the layers.
 */
export function imageKey({ diffIds, manifests }: KnownImage, platform: Platform): BuildkitKey {
  const byManifest = manifests.map((Digest) =>
    digestOf(goJson({ Digest, ...platformMembers(platform) })),
  );
  const sources = [chainIds(diffIds).at(-1) ?? '', ...byManifest];
  const digests = sources.map((source) => recordDigest(digestOf(`buildkit.source.v0:${source}`)));
  return { digests, inputs: [] };
}

export function platformMembers(platform: Platform) {
  const { os: OS, architecture: Arch, variant = '', 'os.version': version = '' } = platform;
  return { OS, Arch, Variant: orAbsent(variant), OSVersion: orAbsent(version) };
}

/** A selector over paths, in the order that BuildKit gives them. */
export function pathsDigest(paths: readonly string[]): string {
  return digestOf(paths.join('\0'));
}

/** The key of an empty file system with one file in it. */
export function documentKey(path: string, mode: number, content: string): BuildkitKey {
  return madeFromNothing(mkfileAction(path, mode, content));
}

/** The key of what one action makes of nothing. */
export function madeFromNothing(value: GoValue): BuildkitKey {
  const digest = fileOperationDigest([{ value, source: -1 }], { base: -1, count: 0 });
  return { digests: [recordDigest(digest)], inputs: [], isMadeFromNothing: true };
}

/** The key of file systems put on one another. */
export function mergeKey(keys: readonly BuildkitKey[]): BuildkitKey {
  const inputs = keys.map((_, place) => (place === 0 ? {} : { input: place }));
  const digest = digestOf(goJson({ Type: 'buildkit.merge.v0', Merge: { inputs } }));
  return {
    digests: [recordDigest(digest)],
    inputs: keys.map((key) => ({ key, selector: '' })),
  };
}

/** As Go sorts texts: by their UTF-8 bytes. */
export function sortedBytes(texts: readonly string[]): string[] {
  return [...texts].sort(compareBytes);
}

export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
