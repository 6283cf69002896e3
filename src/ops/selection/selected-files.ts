/**
 * The files selected from a tree, independent of their destination: metadata as it will be (except owners set by
 * --chown, which depend on the file system copied into), and the location of the bytes. Their digest is the key under
 * which the result of a COPY is found again.
 */

import { AppError, faultIn, type InstructionPart, type Warning } from '../../errors.ts';
import {
  type BytePath,
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
import { type KeptFile, type KeptFiles, type ReadFile, ReadFiles } from './read-files.ts';

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

/** Selected files by their numbers, which may be new objects each time. */
export interface SelectedList extends Iterable<SelectedFile> {
  readonly length: number;
  /** Undefined outside. */
  at(number: number): SelectedFile | undefined;
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
  /** Sorted by their paths: parents before children. */
  readonly files: SelectedList;
}

export interface SelectedFiles {
  readonly roots: readonly SelectedRoot[];
  readonly warnings: readonly Warning[];
}

const NO_METADATA = { mode: 0, uid: 0, gid: 0, size: 0, mtime: 0, mtimeNs: 0 } as const;

export interface DigestOptions {
  /** Takes precedence over digests that the source tree remembers. */
  readonly read?: ReadFiles | undefined;
  /** Keeps the files that had to be read, so that they are read only once. */
  readonly keep?: KeptFiles | undefined;
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
  const read = await readAll(selected, options);
  const digest = treeDigest(items(selected, read));
  options.onListed?.(digest, () => listedFiles(selected, read));
  return digest;
}

/** Digests of all files, those that were read before among them. */
async function readAll(selected: SelectedFiles, options: DigestOptions): Promise<ReadFiles> {
  using hasher = new ContentHasher();
  const all = options.read ?? new ReadFiles();
  for (const root of selected.roots) {
    let number = 0;
    for (const file of root.files) {
      if (file.content !== undefined && all.get(root, number) === undefined) {
        const read = await contentOf(file, hasher, options).catch(faultIn(root.part));
        if (read.kept !== undefined) options.keep?.set(root, number, read.kept);
        all.set(root, number, read);
      }
      number++;
    }
  }
  return all;
}

function* items({ roots, warnings }: SelectedFiles, all: ReadFiles): Generator<DigestedEntry> {
  for (const root of roots) {
    yield rootItem(root);
    let number = 0;
    for (const { entry, passingMode } of root.files) {
      const read = all.get(root, number++);
      const note = passingMode === undefined ? undefined : `passing ${passingMode}`;
      yield { entry: withSize(entry, read?.size ?? 0), digest: read?.digest, note };
    }
  }
  for (const warning of warnings) yield warningItem(warning);
}

function withSize(entry: FileEntry, size: number): FileEntry {
  return entry.size === size ? entry : { ...entry, size };
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

interface ReadContent extends ReadFile {
  readonly kept?: KeptFile | undefined;
}

/** @param file with content */
async function contentOf(
  { content, entry }: SelectedFile,
  hasher: ContentHasher,
  { keep, signal }: DigestOptions,
): Promise<ReadContent> {
  if (content === undefined) throw new Error(`no content of ${JSON.stringify(entry.path)}`);
  if (content.kind === 'range') return hasher.hash(content.range, signal);
  if (content.kind === 'inline') return { digest: contentDigest(content.bytes), size: entry.size };
  const { tree, source } = content;
  const known = tree.knownDigest(source);
  if (known !== undefined) return { digest: known, size: source.size };
  try {
    const range = tree.content(source);
    const kept = keep && (await hasher.read(range, signal));
    const { digest, size } = kept ?? (await hasher.hash(range, signal));
    if (size === source.size) tree.rememberDigest(source, digest);
    return { digest, size, kept };
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
