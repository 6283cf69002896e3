/**
 * What is taken of a tree, before it is known where it goes: metadata as it will be (but for owners named by --chown,
 * which depend on the file system copied into), and where the bytes are. Their digest is what makes
 * a COPY's result found again.
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
  | { readonly kind: 'tree'; readonly tree: FileTree; readonly origin: FileEntry }
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | { readonly kind: 'range'; readonly range: ContentRange };

export interface SelectedFile {
  /** The mode is as it will be; owner 0:0 stands for that of --chown. The path is relative to the root of the selection, `''` for a single file. */
  readonly entry: FileEntry;
  /** For regular files. */
  readonly content?: SelectedContent | undefined;
  /** A directory that is not selected itself but holds something that is: its mode in the source. */
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

/** What a file was when it was read, which may differ from what it was when it was selected. */
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
  /** Takes precedence over what the source tree knows. */
  readonly read?: ReadonlyMap<SelectedFile, ReadFile> | undefined;
  /** Gets the files that have to be read, so that nobody reads them again. */
  readonly keep?: Map<SelectedFile, KeptFile> | undefined;
  readonly onListed?: OnListed | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The digest of selected files: metadata and content of all files, times left out, and the warnings, so that a record found
 * by it tells of the very same. It does not cover where they go, nor
 * whom --chown gives them to: the operation and the key of the file system copied into do. Files whose digest is
 * not known are read, and the source tree is told.
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

/** How many digests of selected files are not known yet, in files and bytes. */
export function unknownContent(selected: SelectedFiles): { files: number; bytes: number } {
  const unknown = { files: 0, bytes: 0 };
  for (const { files } of selected.roots) {
    for (const { content, entry } of files) {
      if (content?.kind !== 'tree' || content.tree.knownDigest(content.origin) !== undefined)
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

/** Stands for the root itself: its kind decides where things go, its metadata is not copied. */
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
  const { tree, origin } = content;
  const known = tree.knownDigest(origin);
  if (known !== undefined) return { digest: known, size: origin.size };
  try {
    const range = tree.content(origin);
    const kept = keep && (await hasher.read(range, signal));
    if (kept !== undefined) keep?.set(file, kept);
    const read = kept ?? (await hasher.hash(range, signal));
    if (read.size === origin.size) tree.rememberDigest(origin, read.digest);
    return read;
  } catch (error) {
    throw error instanceof Error && 'syscall' in error ? unreadableSource(error, origin) : error;
  }
}

/** @param origin the file, if it is known which one it is */
export function unreadableSource(cause: unknown, origin?: FileEntry): AppError {
  const name = origin === undefined ? 'a source' : `'${toText(origin.path)}'`;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('COPY_SOURCE_UNREADABLE', `cannot read ${name}: ${reason}`, {
    hint: 'check its permissions, or exclude it with .dockerignore or --exclude',
    cause,
  });
}
