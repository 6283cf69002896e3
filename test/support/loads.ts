/** Loads archives made by tests into a separate store. */
import { writeFile } from 'node:fs/promises';
import { type LoadedImage, type LoadOptions, loadArchive } from '../../src/image/load-archive.ts';
import { type MemberSketch, tarOfMembers } from './archives.ts';
import type { TestStore } from './images.ts';

/** The platform of configs and manifests in these archives. */
export const AMD64 = { os: 'linux', architecture: 'amd64' };
/** A layer of one file. */
export const LAYER = tarOfMembers([{ path: 'hello', content: 'world' }]);

export function loadMembers(
  bench: TestStore,
  members: readonly MemberSketch[],
  options?: LoadOptions,
): Promise<LoadedImage[]> {
  return loadBytes(bench, tarOfMembers(members), options);
}

export async function loadBytes(
  bench: TestStore,
  bytes: Uint8Array,
  options?: LoadOptions,
): Promise<LoadedImage[]> {
  const path = bench.path('archive.tar');
  await writeFile(path, bytes);
  return loadArchive(bench.store, path, options);
}
