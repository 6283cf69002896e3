/**
 * The files of a tree that an operation uses: the common part of COPY, bind mounts and initial files of cache mounts.
 * Two equal selections of one tree are the same files, with the same metadata, in the same order.
 */
import type { CopyOp, CopySource, TreeSource } from './vertex.ts';

export interface FileSelection {
  /** Paths or wildcards as written, after expansion (UTF-8 text). */
  readonly paths: readonly string[];
  /** Patterns of files to leave out, relative to each path. */
  readonly exclude: readonly string[];
  /** Include the directories above the files (COPY --parents). */
  readonly parents: boolean;
  /** Archives among the paths are unpacked (ADD). */
  readonly unpack: boolean;
  /** Of a directory, include itself and not only its contents. */
  readonly keepsTop: boolean;
  /** The tree is a directory of this machine. */
  readonly isLocal: boolean;
  /** Files keep their owners; otherwise they are root's, or --chown's. */
  readonly keepsOwner: boolean;
  /** As written: octal or symbolic; undefined: as in the tree. */
  readonly mode: string | undefined;
}

/** The selection of a COPY for one of its sources. */
export function copySelection(op: CopyOp, { paths, unpack, isLocal }: TreeSource): FileSelection {
  const { exclude, parents, mode, keepsTop = false } = op;
  const keepsOwner = op.owner === undefined && !isLocal;
  return { paths, exclude, parents, unpack, keepsTop, isLocal, keepsOwner, mode };
}

/** How many sources of the same kind come before those of a source: paths, or here-documents. */
export function sourcesBefore({ sources }: CopyOp, source: CopySource): number {
  let count = 0;
  for (const one of sources) {
    if (one === source) return count;
    if (one.kind === source.kind) count += one.kind === 'tree' ? one.paths.length : 1;
  }
  throw new Error('no source of this copy');
}

/** One file, or one directory with all its contents, as it is: the files of a mount. */
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

/** Escapes all wildcards in a path. */
export function literalPath(path: string): string {
  return path.replace(/[*?[\\]/g, '\\$&');
}
