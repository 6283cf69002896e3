/**
 * Which files of a tree an operation takes: what COPY, bind mounts and what cache mounts begin with have in common. Two equal
 * selections of one tree are the same files, with the same metadata, in the same order.
 */
import type { CopyOp, CopySource, TreeSource } from './vertex.ts';

export interface FileSelection {
  /** Paths or wildcards as written, after expansion (UTF-8 text). */
  readonly paths: readonly string[];
  /** Patterns of what is left out, relative to each path. */
  readonly exclude: readonly string[];
  /** The directories above the files are taken too (COPY --parents). */
  readonly parents: boolean;
  /** Archives among the paths are unpacked (ADD). */
  readonly unpack: boolean;
  /** Of a directory, itself is taken and not only its contents. */
  readonly keepsTop: boolean;
  /** The tree is a directory of this machine. */
  readonly isLocal: boolean;
  /** Files keep their owners; else they are root's, or whose --chown says. */
  readonly keepsOwner: boolean;
  /** As written: octal or symbolic; undefined: as in the tree. */
  readonly mode: string | undefined;
}

/** What a COPY takes of one of its sources. */
export function copySelection(op: CopyOp, { paths, unpack, isLocal }: TreeSource): FileSelection {
  const { exclude, parents, mode, keepsTop = false } = op;
  const keepsOwner = op.owner === undefined && !isLocal;
  return { paths, exclude, parents, unpack, keepsTop, isLocal, keepsOwner, mode };
}

/** How many sources of the same kind are written before those of a source: paths, or here-documents. */
export function sourcesBefore({ sources }: CopyOp, source: CopySource): number {
  let count = 0;
  for (const one of sources) {
    if (one === source) return count;
    if (one.kind === source.kind) count += one.kind === 'tree' ? one.paths.length : 1;
  }
  throw new Error('no source of this copy');
}

/** One file, or one directory with all that is in it, as it is: what a mount shows. */
export function mountSelection(path: string): FileSelection {
  return {
    paths: [literalPath(path)],
    exclude: [],
    parents: false,
    unpack: false,
    keepsTop: true,
    isLocal: false,
    keepsOwner: true,
    mode: undefined,
  };
}

/** A path in which nothing is a wildcard. */
export function literalPath(path: string): string {
  return path.replace(/[*?[\\]/g, '\\$&');
}
