/** An OCI layout as a directory, in which images that are there already stay. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Destination, readFileIfPresent } from '../../destination/index.ts';
import { AppError } from '../../errors.ts';
import { canonicalJson, type Descriptor } from '../../oci/index.ts';
import { type ArchiveFile, smallFile, writeFiles } from '../archive/archive-files.ts';
import { mapParallel } from '../concurrency.ts';
import { indexOf, mergeIndex } from './oci-index.ts';

export interface Layout {
  readonly files: readonly ArchiveFile[];
  readonly entries: readonly Descriptor[];
  readonly signal: AbortSignal | undefined;
}

/**
 * The index comes last: until then the images the directory had are what it holds. What makes it a layout comes first: a
 * directory that somebody stopped filling is taken up again.
 */
export async function writeLayout(dest: Destination, layout: Layout): Promise<void> {
  if (typeof dest !== 'string') {
    throw new AppError('EXPORT_DESTINATION', 'a directory cannot be written to a stream', {
      hint: 'give a path as dest, or leave out tar=false',
    });
  }
  const known = await readFileIfPresent(join(dest, 'index.json'));
  if (known === undefined && !(await isBegun(dest))) await checkEmpty(dest);
  const index = known === undefined ? indexOf(layout.entries) : mergeIndex(known, layout.entries);
  const lacking: ArchiveFile[] = [];
  for (const file of layout.files) if (!(await hasBlob(dest, file))) lacking.push(file);
  const isMark = ({ name }: ArchiveFile) => name === MARK;
  const others = lacking.filter((file) => !isMark(file));
  const last = smallFile('index.json', canonicalJson(index));
  const write = (...some: readonly ArchiveFile[]) => writeFiles(dest, some, layout.signal);
  await write(...lacking.filter(isMark));
  // They may come from a registry.
  await mapParallel(others, (file) => write(file), AT_ONCE);
  await write(last);
}

const AT_ONCE = 3;

/** The file that says what the directory is. */
const MARK = 'oci-layout';

async function isBegun(directory: string): Promise<boolean> {
  return (await readFileIfPresent(join(directory, MARK))) !== undefined;
}

/** Blobs are named after their content and appear complete, so those that are there need not be written. */
async function hasBlob(directory: string, file: ArchiveFile): Promise<boolean> {
  if (!file.name.startsWith('blobs/')) return false;
  const stats = await stat(join(directory, file.name)).catch(() => undefined);
  return stats?.isFile() === true && stats.size === file.size;
}

async function checkEmpty(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  if (names.length === 0) return;
  throw new AppError('EXPORT_DESTINATION', `${directory} is not empty and holds no OCI layout`, {
    hint: 'name a new directory, or one that holds an OCI layout, to which the image is added',
  });
}
