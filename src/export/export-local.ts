/** The final file system of an image as files in a directory of the user. */
import { resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Warning } from '../errors.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { isRoot, makeDirectories } from '../system/index.ts';
import { writeFailure } from './destination.ts';
import { imageFiles, presentImage } from './image-files.ts';
import { LocalWriter, type Written } from './local-writer.ts';
import type { Progress } from './progress.ts';
import { pruneDirectory } from './prune-directory.ts';

export interface ExportLocalOptions {
  /** A directory; made if it is not there. */
  readonly dest: string;
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

/** Milliseconds of work between two turns of the event loop. */
const SLICE = 10;

/**
 * Copies an image's files into a directory. Files there of the same names are replaced; others stay, unless they are to
 * be removed.
 *
 * @throws AppError EXPORT_CONFLICT when a directory that is not empty is in the way of a file; EXPORT_DESTINATION;
 * LAYER_DAMAGED
 */
export async function exportLocal(
  store: Store,
  image: ImageRecord,
  { dest, prune = false, devices = isRoot(), progress, signal }: ExportLocalOptions,
): Promise<LocalExport> {
  const directory = resolve(dest);
  try {
    makeDirectories(directory);
  } catch (error) {
    throw writeFailure(dest, error);
  }
  await presentImage(store, image, signal);
  const files = imageFiles(store, image);
  if (prune) await pruneDirectory(directory, files.tree);
  using writer = new LocalWriter(directory, files, devices);
  let turned = performance.now();
  for (const _ of writer.directory('')) {
    if (performance.now() - turned < SLICE) continue;
    signal?.throwIfAborted();
    report(progress, writer.written, false);
    await nextTurn();
    turned = performance.now();
  }
  report(progress, writer.written, true);
  return { ...writer.written, warnings: writer.warnings };
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
