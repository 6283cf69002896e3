/**
 * BuildKit's cache keys as data. A key is what one output of an operation is found under: the operation's own digest
 * together with, of each input, either the key of what it comes from or the digest of the files that are used of it.
 * https://github.com/moby/buildkit/blob/v0.32.2/docs/dev/solver.md
 */
import type { LlbPlatform } from '../../llb/index.ts';
import { chainIds, type DiffId, type Digest, digestOf } from '../../oci/index.ts';
import { goJson } from './go-json.ts';

export interface BuildkitKey {
  /** Any of these is the digest of a record for it. */
  readonly digests: readonly string[];
  readonly inputs: readonly BuildkitInput[];
}

export interface BuildkitInput {
  /** Undefined: what it comes from is known to nobody else, as a directory of this machine. */
  readonly key: BuildkitKey | undefined;
  /** What of it is used; it goes with its key. */
  readonly selector: string;
  /** The digest of the files that are used; undefined where there is none to go by. */
  readonly content?: (() => Promise<string | undefined>) | undefined;
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
export function imageKey({ diffIds, manifests }: KnownImage, platform: LlbPlatform): BuildkitKey {
  const byManifest = manifests.map((Digest) =>
    digestOf(goJson({ Digest, ...platformMembers(platform) })),
  );
  const sources = [chainIds(diffIds).at(-1) ?? '', ...byManifest];
  const digests = sources.map((source) => recordDigest(digestOf(`buildkit.source.v0:${source}`)));
  return { digests, inputs: [] };
}

export function platformMembers({ OS, Architecture: Arch, Variant, OSVersion }: LlbPlatform) {
  return { OS, Arch, Variant, OSVersion };
}

/** A selector over paths, in the order that BuildKit gives them. */
export function pathsDigest(paths: readonly string[]): string {
  return digestOf(paths.join('\0'));
}
