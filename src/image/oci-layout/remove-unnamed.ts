import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeManifest, digestHex, isIndexType } from '../../oci/index.ts';
import { decodedIndex } from '../model/index-of.ts';
import type { ImageSource, ManifestName } from '../model/transport.ts';
import { openLayoutDirectory } from './layout-source.ts';

/** Removes the blobs of a layout that cannot be reached from its index. @throws AppError ARCHIVE_… */
export async function removeUnnamed(directory: string): Promise<void> {
  await using layout = await openLayoutDirectory(directory);
  if (layout === undefined) return;
  const kept = new Set<string>();
  for (const root of layout.roots) await keep(layout, root, kept);
  const blobs = join(directory, 'blobs/sha256');
  for (const name of await readdir(blobs)) if (!kept.has(name)) await rm(join(blobs, name));
}

async function keep(layout: ImageSource, named: ManifestName, kept: Set<string>): Promise<void> {
  const name = digestHex(named.digest);
  if (kept.has(name)) return;
  kept.add(name);
  const raw = await layout.manifest(named);
  if (isIndexType(raw.descriptor.mediaType)) {
    for (const entry of decodedIndex(raw).index.manifests) {
      if (await layout.hasBlob(entry.digest)) await keep(layout, entry, kept);
    }
    return;
  }
  const { config, layers } = decodeManifest(raw.bytes, raw.descriptor.mediaType);
  for (const { digest } of [config, ...layers]) kept.add(digestHex(digest));
}
