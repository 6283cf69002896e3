/**
 * The files selected from a tree, independent of their destination: metadata as it will be (except owners set by
 * --chown, which depend on the file system copied into), and the location of the bytes. Their digest is the key under
 * which the result of a COPY is found again.
 */

import { AppError, faultIn, type InstructionPart, type Warning } from '../../errors.ts';
import {
  type BytePath,
  type ContentDigest,
  type ContentRange,
  contentDigest,
  type DigestedEntry,
  type FileEntry,
  type FileTree,
  type TreeDigest,
  toText,
  treeDigest,
} from '../../files/index.ts';
import { ContentHasher } from './content-hasher.ts';
import { listedFiles, type OnListed } from './listed-files.ts';

export type SelectedContent =
  | { readonly kind: 'tree'; readonly tree: FileTree; readonly source: FileEntry }
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | { readonly kind: 'range'; readonly range: ContentRange };

export interface SelectedFile {
  /**
   * Its mode is final; owner 0:0 stands for that of --chown. Its path is relative to the selection's root; `''`: a
   * file.
   */
  readonly entry: FileEntry;
  /** For regular files. */
  readonly content?: SelectedContent | undefined;
  /** The source's mode, of a directory that is not selected itself but holds something that is. */
  readonly passingMode?: number | undefined;
}

/** One source path (each match of a wildcard is one). */
export interface SelectedRoot {
  /** Of a directory the contents are copied, of an archive the members. */
  readonly kind: 'directory' | 'file' | 'archive';
  /** The name a file gets inside an existing directory. */
  readonly name: BytePath;
  /** As written, for messages. */
  readonly source: string;
  readonly part: InstructionPart;
  /** The directory itself, or the file. */
  readonly top: FileEntry;
  /** Parents before children. */
  readonly files: readonly SelectedFile[];
}

export interface SelectedFiles {
  readonly roots: readonly SelectedRoot[];
  readonly warnings: readonly Warning[];
}

/** A file as it was when read, which may differ from when it was selected. */
export interface ReadFile {
  readonly digest: ContentDigest;
  readonly size: number;
}

/** A file that was read whole, and is copied from memory. */
export interface KeptFile extends ReadFile {
  readonly bytes: Uint8Array;
}

const NO_METADATA = { mode: 0, uid: 0, gid: 0, size: 0, mtime: 0, mtimeNs: 0 } as const;

export interface DigestOptions {
  /** Takes precedence over digests that the source tree remembers. */
  readonly read?: ReadonlyMap<SelectedFile, ReadFile> | undefined;
  /** Keeps the files that had to be read, so that they are read only once. */
  readonly keep?: Map<SelectedFile, KeptFile> | undefined;
  readonly onListed?: OnListed | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The digest of selected files: metadata and content of all files, without times, and the warnings, so that a record
 * found by it has the same ones. It does not cover the destination nor the owner of --chown: the operation and the key
 * of the file system copied into do. Files with unknown digests are read, and the source tree remembers them.
 * @throws AppError COPY_SOURCE_UNREADABLE
 */
export async function selectionDigest(
  selected: SelectedFiles,
  options: DigestOptions = {},
): Promise<TreeDigest> {
  using hasher = new ContentHasher();
  const items: DigestedEntry[] = [];
  for (const root of selected.roots) {
    items.push(rootItem(root));
    for (const file of root.files) {
      const read =
        options.read?.get(file) ??
        (await contentOf(file, hasher, options).catch(faultIn(root.part)));
      const note = file.passingMode === undefined ? undefined : `passing ${file.passingMode}`;
      items.push({
        entry: { ...file.entry, size: read?.size ?? 0 },
        digest: read?.digest,
        note,
      });
    }
  }
  items.push(...selected.warnings.map(warningItem));
  const digest = treeDigest(items);
  options.onListed?.(digest, () => listedFiles(selected, items));
  return digest;
}

/** How many digests of selected files are unknown, in files and bytes. */
export function unknownContent(selected: SelectedFiles): { files: number; bytes: number } {
  const unknown = { files: 0, bytes: 0 };
  for (const { files } of selected.roots) {
    for (const { content, entry } of files) {
      if (content?.kind !== 'tree' || content.tree.knownDigest(content.source) !== undefined)
        continue;
      unknown.files++;
      unknown.bytes += entry.size;
    }
  }
  return unknown;
}

function warningItem({ code, message }: Warning): DigestedEntry {
  return { entry: { ...NO_METADATA, path: '', type: 'directory' }, note: `${code} ${message}` };
}

/** The root itself: its kind decides the target, its metadata is not copied. */
function rootItem(root: SelectedRoot): DigestedEntry {
  const entry: FileEntry = { ...NO_METADATA, path: root.name, type: 'directory' };
  if (root.kind === 'directory') return { entry: { ...entry, path: '' }, note: 'directory' };
  return { entry, note: root.kind };
}

async function contentOf(
  file: SelectedFile,
  hasher: ContentHasher,
  { keep, signal }: DigestOptions,
): Promise<ReadFile | undefined> {
  const { content, entry } = file;
  if (content === undefined) return undefined;
  if (content.kind === 'range') return hasher.hash(content.range, signal);
  if (content.kind === 'inline') return { digest: contentDigest(content.bytes), size: entry.size };
  const { tree, source } = content;
  const known = tree.knownDigest(source);
  if (known !== undefined) return { digest: known, size: source.size };
  try {
    const range = tree.content(source);
    const kept = keep && (await hasher.read(range, signal));
    if (kept !== undefined) keep?.set(file, kept);
    const read = kept ?? (await hasher.hash(range, signal));
    if (read.size === source.size) tree.rememberDigest(source, read.digest);
    return read;
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? unreadableSource(error, source) : error;
  }
}

/** @param source the file, if it is known */
export function unreadableSource(cause: unknown, source?: FileEntry): AppError {
  const name = source === undefined ? 'a source' : `'${toText(source.path)}'`;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('COPY_SOURCE_UNREADABLE', `cannot read ${name}: ${reason}`, {
    hint: 'check its permissions, or exclude it with .dockerignore or --exclude',
    cause,
  });
}
