/** A set of files as a short list of paths: a directory stands for its files if all of them are in the set. */
import type { BytePath } from '../files/index.ts';
import type { ImageTree } from './image-tree.ts';

/** Files that a directory may have in addition: rather a short list than the last byte. */
const TOLERATED_BYTES = 32 * 1024;
const TOLERATED_SHARE = 0.02;

interface Covered {
  /** Bytes of the files that are in the set, and of the others. */
  readonly wanted: number;
  readonly other: number;
  readonly count: number;
  readonly paths: readonly BytePath[];
}

/** @returns paths in the order of the tree; directories are to be copied whole */
export function wholeDirectories(
  tree: ImageTree,
  files: ReadonlySet<BytePath>,
): readonly BytePath[] {
  return covered(tree, files, '').paths;
}

function covered(tree: ImageTree, files: ReadonlySet<BytePath>, directory: BytePath): Covered {
  let wanted = 0;
  let other = 0;
  let count = 0;
  const paths: BytePath[] = [];
  for (const child of tree.list(directory)) {
    const { path, type, size } = child;
    if (type === 'directory') {
      const below = covered(tree, files, path);
      wanted += below.wanted;
      other += below.other;
      count += below.count;
      paths.push(...below.paths);
    } else if (files.has(path)) {
      wanted += size;
      count++;
      paths.push(path);
    } else {
      other += size + 1;
    }
  }
  if (directory === '') return { wanted, other, count, paths };
  // An empty directory that is used itself, or one whose files are all wanted.
  if (count === 0)
    return {
      ...{ wanted, other, count },
      paths: files.has(directory) && other === 0 ? [directory] : paths,
    };
  const isWhole = other === 0 || (paths.length > 4 && other <= tolerance(wanted));
  return { wanted, other, count, paths: isWhole ? [directory] : paths };
}

function tolerance(wanted: number): number {
  return Math.min(TOLERATED_BYTES, wanted * TOLERATED_SHARE);
}
