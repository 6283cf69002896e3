/**
 * BuildKit's cache keys as data. A key identifies one output of an operation: the operation's own digest together with,
 * for each input, either the key of its source or the digest of the files used of it.
 * https://github.com/moby/buildkit/blob/v0.32.2/docs/dev/solver.md
 */
import type { LlbPlatform } from '../../llb/index.ts';
import { chainIds, type DiffId, type Digest, digestOf } from '../../oci/index.ts';
import { goJson } from './go-json.ts';

export interface BuildkitKey {
  /** Any of these digests may name its record. */
  readonly digests: readonly string[];
  readonly inputs: readonly BuildkitInput[];
}

export interface BuildkitInput {
  /** Undefined: only this machine knows the source, such as a local directory. */
  readonly key: BuildkitKey | undefined;
  /** The used part of it; combined with its key. */
  readonly selector: string;
  /** The digest of the used files; undefined if there is none. */
  readonly content?: (() => Promise<string | undefined>) | undefined;
}

/** Output number of a content digest. */
const CONTENT = -1;

/** The digest of a record: over an operation's digest and the number of its output. */
export function recordDigest(operation: string, output = 0): string {
  return digestOf(`${operation}@${output}`);
}

export function contentRecordDigest(content: string): string {
  return recordDigest(content, CONTENT);
}

/** The digests that identify an image. */
export interface KnownImage {
  /** Bottom first. */
  readonly diffIds: readonly DiffId[];
  /** Of its manifest, and of the indexes that contain it. */
  readonly manifests: readonly Digest[];
}

/**
 * The key of an image's file system: by its layers, whatever its name and config; by its manifest, if BuildKit did not
 * need to look at the layers.
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

/** A selector over paths, in BuildKit's order. */
export function pathsDigest(paths: readonly string[]): string {
  return digestOf(paths.join('\0'));
}
