/** The final file system of an image as files in a directory of the user. */
import { lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { TimeSlice } from '../concurrency/index.ts';
import { openDirectory, writeFailure } from '../destination/index.ts';
import type { Warning } from '../errors.ts';
import { ensureImageLayers, type Progress } from '../image/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { type DirectoryHandles, fsPath, isRoot, makeDirectories } from '../system/index.ts';
import { imageFiles } from './image-files.ts';
import { LocalWriter, type Written } from './local-writer.ts';
import { keepOnly, pruneDirectory } from './prune-directory.ts';

export interface ExportLocalOptions {
  /** A directory; made if it does not exist. */
  readonly dest: string;
  /** One name: the directory in `dest` that gets the files. Undefined: `dest` itself. */
  readonly below?: string | undefined;
  /** Remove what the image does not have. Default false. */
  readonly prune?: boolean | undefined;
  /** Make devices; default: if the caller is root, since nobody else can. */
  readonly devices?: boolean | undefined;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LocalExport {
  /** Everything but directories. */
  readonly files: number;
  readonly bytes: number;
  readonly warnings: readonly Warning[];
}

/**
 * Copies an image's files into a directory. Files with the same names are replaced; others stay, unless they are to be
 * removed.
 *
 * @throws AppError EXPORT_CONFLICT when a directory that is not empty is in the way of a file; EXPORT_DESTINATION;
 * LAYER_DAMAGED
 */
export async function exportLocal(
  store: Store,
  image: ImageRecord,
  { dest, below, prune = false, devices = isRoot(), progress, signal }: ExportLocalOptions,
): Promise<LocalExport> {
  using root = openDestination(dest, below);
  await ensureImageLayers(store, image, signal);
  const files = imageFiles(store, image);
  if (prune) await pruneDirectory(root, files.tree);
  using writer = new LocalWriter(root, files, devices);
  const slice = new TimeSlice(signal);
  for (const _ of writer.write()) {
    if (!slice.isOver) continue;
    report(progress, writer.written, false);
    await slice.yield();
  }
  report(progress, writer.written, true);
  return { ...writer.written, warnings: writer.warnings };
}

/** Removes everything in a directory except the given names. @throws AppError EXPORT_DESTINATION */
export async function pruneExports(dest: string, names: readonly string[]): Promise<void> {
  using root = openDestination(dest);
  await keepOnly(root, names);
}

/** Follows links in the destination's path, which are the user's; from here on the directory stays the same. */
function openDestination(dest: string, below?: string): DirectoryHandles {
  try {
    const directory = resolve(dest);
    makeDirectories(directory);
    const root = openDirectory(directory);
    if (below === undefined) return root;
    try {
      makeDirectory(root, below);
      return openDirectory(root.directory(below));
    } finally {
      root[Symbol.dispose]();
    }
  } catch (error) {
    throw writeFailure(dest, error);
  }
}

function makeDirectory(root: DirectoryHandles, name: string): void {
  const entry = fsPath(root.entry(name));
  const stats = lstatSync(entry, { throwIfNoEntry: false });
  if (stats?.isDirectory() === true) return;
  if (stats !== undefined) unlinkSync(entry);
  mkdirSync(entry);
}

function report(progress: Progress | undefined, written: Written, done: boolean): void {
  progress?.emit({
    kind: 'step.status',
    time: progress.now(),
    step: progress.step,
    label: 'copying files',
    current: written.files,
    total: undefined,
    unit: 'files',
    done,
  });
}
