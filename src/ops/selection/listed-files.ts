/** The selected files, one by one, for the record of a build. */
import { type FileEntry, joinPath, type TreeDigest } from '../../files/index.ts';
import type { ReadFiles } from './read-files.ts';

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

/** `SelectedFiles`. */
interface SelectedRoots {
  readonly roots: readonly {
    readonly kind: string;
    readonly top: FileEntry;
    readonly files: Iterable<{ readonly entry: FileEntry }> & { readonly length: number };
  }[];
}

/** @param read what their digest was made of */
export function* listedFiles({ roots }: SelectedRoots, read: ReadFiles): Iterable<ListedFile> {
  for (const root of roots) {
    const { kind, top } = root;
    let number = 0;
    for (const { entry } of root.files) {
      const was = read.get(root, number++);
      // Without spreading: this runs once for each file, before anything is compiled.
      yield {
        path: kind === 'file' ? top.path : joinPath(top.path, entry.path),
        root: top.path,
        type: entry.type,
        mode: entry.mode,
        uid: entry.uid,
        gid: entry.gid,
        size: was?.size ?? 0,
        digest: was?.digest ?? entry.linkTarget ?? '',
      };
    }
  }
}
