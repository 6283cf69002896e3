/** `manifest.json`, Docker's list of the images in an archive. */
import { AppError } from '../../errors.ts';

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
  throw badManifest(`"${name}" to be a list of strings`);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badManifest('JSON');
  }
}

function badManifest(expected: string): AppError {
  return new AppError('ARCHIVE_BAD_DOCUMENT', 'manifest.json of the archive is not valid', {
    expected,
    hint: 'the archive is damaged, or a faulty tool made it; create it again',
  });
}
