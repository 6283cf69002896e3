/** A build cache as a tag of an OCI layout directory. */
import { resolve } from 'node:path';
import { AppError } from '../errors.ts';
import {
  type ImageDestination,
  layoutDirectory,
  openLayoutDirectory,
  REF_ANNOTATION,
  removeUnnamed,
  rootsNamed,
} from '../image/index.ts';
import type { Digest } from '../oci/index.ts';
import { makeDirectories } from '../system/index.ts';
import type { CacheStorage } from './storage.ts';

export interface LayoutCache {
  /** Made when something is written to it. */
  readonly directory: string;
  /** Default `latest`. */
  readonly tag?: string | undefined;
  /** Read this manifest, whatever the tag names. */
  readonly digest?: Digest | undefined;
  /** Remove blobs that no manifest of the layout names after writing. */
  readonly reset?: boolean | undefined;
}

export function layoutStorage({ tag = 'latest', digest, reset, ...at }: LayoutCache): CacheStorage {
  const directory = resolve(at.directory);
  return {
    name: `directory ${at.directory}`,
    source: { kind: 'layout', directory },
    async open() {
      const layout = await openLayoutDirectory(directory);
      const root = layout && rootsNamed(layout.roots, digest ?? tag).at(-1);
      return layout && root && { ...layout, roots: [root] };
    },
    async destination(signal): Promise<ImageDestination> {
      makeDirectory(directory);
      const layout = layoutDirectory(directory, { anyDirectory: true, signal });
      return {
        ...layout,
        async commit(roots) {
          const annotations = { [REF_ANNOTATION]: tag };
          await layout.commit(
            roots.map(({ descriptor, bytes }) => ({
              descriptor: { ...descriptor, annotations },
              bytes,
            })),
          );
          if (reset === true) await removeUnnamed(directory);
        },
      };
    },
  };
}

function makeDirectory(path: string): void {
  try {
    makeDirectories(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('CACHE_UNWRITABLE', `cannot write the cache: ${reason}`, {
      hint: 'set dest= to a directory that exists or can be created',
      cause,
    });
  }
}
