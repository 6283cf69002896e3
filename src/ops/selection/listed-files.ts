/** The selected files, one by one, for the record of a build. */
import {
  type DigestedEntry,
  type FileEntry,
  joinPath,
  type TreeDigest,
} from '../../files/index.ts';

export interface ListedFile {
  /** In the source tree; latin1 bytes. */
  readonly path: string;
  /** The selected file or directory that it was found in. */
  readonly root: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  /** Of its content, or the target of a link; `''` for neither. */
  readonly digest: string;
}

/** Receives the files of each digest. The list is made when `list` is called. */
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
      // Without spreading: this runs once for each file, before anything is compiled.
      yield {
        path: kind === 'file' ? top.path : joinPath(top.path, entry.path),
        root: top.path,
        type: entry.type,
        mode: entry.mode,
        uid: entry.uid,
        gid: entry.gid,
        size: entry.size,
        digest: digest ?? entry.linkTarget ?? '',
      };
    }
  }
}
