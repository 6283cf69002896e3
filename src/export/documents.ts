/** What image archives hold beside OCI's documents: Docker's `manifest.json`; and what a config must agree with. */
import { AppError } from '../errors.ts';
import type { ImageConfig } from '../oci/index.ts';

/** Larger JSON documents are refused: real ones have some kilobytes. */
export const MAX_JSON = 16 << 20;

/** An image of a Docker archive. */
export interface DockerImage {
  /** Name of the config's file in the archive. */
  readonly config: string;
  readonly repoTags: readonly string[];
  /** Names of the layers' files, bottom first. */
  readonly layers: readonly string[];
}

/** @throws AppError ARCHIVE_BAD_DOCUMENT */
export function decodeDockerManifest(bytes: Uint8Array): readonly DockerImage[] {
  const images = parseJson(bytes);
  if (!Array.isArray(images)) throw badManifest('a list of images');
  return images.map((image: unknown) => {
    if (typeof image !== 'object' || image === null) throw badManifest('a list of objects');
    const { Config: config, RepoTags: repoTags, Layers: layers } = image as Record<string, unknown>;
    if (typeof config !== 'string') throw badManifest('"Config" to be the name of a file');
    return { config, repoTags: strings(repoTags, 'RepoTags'), layers: strings(layers, 'Layers') };
  });
}

/** Go writes null for an empty list. */
function strings(value: unknown, name: string): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) {
    return value;
  }
  throw badManifest(`"${name}" to be a list of texts`);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badManifest('JSON');
  }
}

function badManifest(expected: string): AppError {
  return new AppError(
    'ARCHIVE_BAD_DOCUMENT',
    'manifest.json of the archive is not what it should be',
    {
      expected,
      hint: 'the archive was damaged or made by a faulty tool; make it again',
    },
  );
}

/**
 * Checks that as many entries of the history have a layer as the file system has layers, if there is a history.
 *
 * @throws AppError IMAGE_HISTORY_MISMATCH
 */
export function checkHistory(config: ImageConfig): void {
  const history = config.history ?? [];
  const named = history.filter((entry) => entry.empty_layer !== true).length;
  const layers = config.rootfs.diff_ids.length;
  if (history.length === 0 || named === layers) return;
  throw new AppError(
    'IMAGE_HISTORY_MISMATCH',
    `the image's history names ${named} layers, but its file system has ${layers}`,
    { hint: 'the image was made by a faulty tool; build it again' },
  );
}
