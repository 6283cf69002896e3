/** What was selected, file by file, for the record of a build. */
import {
  type DigestedEntry,
  type FileEntry,
  joinPath,
  type TreeDigest,
} from '../../files/index.ts';

export interface ListedFile {
  /** In the tree it was selected from; latin1 bytes. */
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Of its content, or where a link leads; `''` for neither. */
  readonly digest: string;
}

/** Told of the files whose digest was made. The list is made when it is called. */
export type OnListed = (digest: TreeDigest, list: () => Iterable<ListedFile>) => void;

interface SelectedRoots {
  readonly roots: readonly {
    readonly kind: string;
    readonly top: FileEntry;
    readonly files: readonly unknown[];
  }[];
}

/** @param items those of the selection's digest: for each root itself, then its files */
export function* listedFiles(
  { roots }: SelectedRoots,
  items: readonly DigestedEntry[],
): Iterable<ListedFile> {
  let at = 0;
  for (const { kind, top, files } of roots) {
    at++;
    for (const _ of files) {
      const item = items[at++];
      if (item === undefined) return;
      const { entry, digest } = item;
      const { type, mode, uid, gid, size, linkTarget } = entry;
      yield {
        path: kind === 'file' ? top.path : joinPath(top.path, entry.path),
        ...{ type, mode, uid, gid, size },
        digest: digest ?? linkTarget ?? '',
      };
    }
  }
}
