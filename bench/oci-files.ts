/** Reads the documents of an unpacked OCI layout or Docker archive. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Descriptor {
  readonly digest: string;
  readonly mediaType?: string;
}

/** The digest of the first manifest of a layout. */
export function manifestDigestOf(layout: string): string {
  const index = document<{ manifests: Descriptor[] }>(join(layout, 'index.json'));
  const digest = index.manifests[0]?.digest;
  if (digest === undefined) throw new Error(`${layout} names no manifest`);
  return digest;
}

/** Paths of the layers' blobs, bottom first. */
export function layerFiles(directory: string): string[] {
  if (!existsSync(join(directory, 'index.json'))) {
    const [image] = document<{ Layers: string[] }[]>(join(directory, 'manifest.json'));
    return (image?.Layers ?? []).map((path) => join(directory, path));
  }
  const blob = (digest: string): string => join(directory, 'blobs', digest.replace(':', '/'));
  let digest = manifestDigestOf(directory);
  for (;;) {
    const found = document<{ layers?: Descriptor[]; manifests?: Descriptor[] }>(blob(digest));
    if (found.layers !== undefined) return found.layers.map((layer) => blob(layer.digest));
    digest = found.manifests?.[0]?.digest ?? '';
  }
}

function document<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
