/** An OCI layout as a destination of images: a directory, which keeps its other images, or a new tar. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Destination, readFileIfPresent, writeTo } from '../../destination/index.ts';
import { AppError } from '../../errors.ts';
import { canonicalJson, type Descriptor, decodeIndex, type RawManifest } from '../../oci/index.ts';
import { blobName } from '../archive/archive-blobs.ts';
import { type ArchiveFile, smallFile, tarOf, writeFiles } from '../archive/archive-files.ts';
import { type OnTransfer, reporter } from '../model/events.ts';
import type { Blob } from '../model/image.ts';
import { indexOf } from '../model/index-of.ts';
import type { ImageDestination } from '../model/transport.ts';
import { mergeIndex } from './layout-index.ts';

export interface LayoutOptions {
  /** Seconds since the epoch: the time of the files in a tar. Default 0. */
  readonly epoch?: number | undefined;
  /** Whether to fill a directory that contains other files too. Default false. */
  readonly anyDirectory?: boolean | undefined;
  readonly onTransfer?: OnTransfer | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A layout also takes files of other formats beside its own. */
export interface LayoutDestination extends ImageDestination {
  putFile(file: ArchiveFile): Promise<void>;
}

/** A directory takes several blobs in parallel: they may come from a registry. */
const AT_ONCE = 3;

/** The file that marks a layout. */
const MARK = smallFile('oci-layout', canonicalJson({ imageLayoutVersion: '1.0.0' }));

/** @throws, when something is put, AppError EXPORT_DESTINATION, and what reading a blob throws */
export function layoutDirectory(dest: string, options: LayoutOptions = {}): LayoutDestination {
  const { signal } = options;
  let begun: Promise<void> | undefined;
  const put = async (file: ArchiveFile): Promise<void> => {
    begun ??= begin(dest, options);
    await begun;
    if (!(await hasBlob(dest, file))) await writeFiles(dest, [file], signal);
  };
  return layoutOf(put, options, async (entries) => {
    const known = await readFileIfPresent(join(dest, INDEX));
    await put(
      indexFile(
        known === undefined ? indexOf(entries).bytes : canonicalJson(mergeIndex(known, entries)),
      ),
    );
  });
}

/** @throws, at the commit, AppError EXPORT_DESTINATION, and what reading a blob throws */
export function layoutArchive(dest: Destination, options: LayoutOptions = {}): LayoutDestination {
  const files = new Map([[MARK.name, MARK]]);
  const put = async (file: ArchiveFile): Promise<void> => {
    files.set(file.name, file);
  };
  return layoutOf(put, options, async (entries) => {
    await put(indexFile(indexOf(entries).bytes));
    await writeTo(dest, tarOf([...files.values()], options.epoch ?? 0), options.signal);
  });
}

const INDEX = 'index.json';

function indexFile(bytes: Uint8Array): ArchiveFile {
  return smallFile(INDEX, bytes);
}

function layoutOf(
  putFile: (file: ArchiveFile) => Promise<void>,
  { onTransfer }: LayoutOptions,
  finish: (entries: readonly Descriptor[]) => Promise<void>,
): LayoutDestination {
  const referring: Descriptor[] = [];
  const putDocument = ({ descriptor, bytes }: RawManifest) =>
    putFile(smallFile(blobName(descriptor), bytes));
  return {
    parallel: AT_ONCE,
    putFile,
    putBlob: (blob) => putFile(blobFile(blob, onTransfer)),
    async putManifest(manifest) {
      await putDocument(manifest);
      // Only the index of a layout can record it.
      if (hasSubject(manifest)) referring.push(manifest.descriptor);
    },
    async commit(roots) {
      for (const root of roots) await putDocument(root);
      await finish([...roots.map(({ descriptor }) => descriptor), ...referring]);
    },
  };
}

function blobFile(
  { descriptor, read, file }: Blob,
  onTransfer: OnTransfer | undefined,
): ArchiveFile {
  const { size } = descriptor;
  const tell = reporter(onTransfer, 'out', descriptor);
  return {
    name: blobName(descriptor),
    size,
    async *read() {
      const whole = file?.();
      if (whole !== undefined) yield whole;
      let bytes = 0;
      for await (const chunk of whole === undefined ? read() : []) {
        bytes += chunk.length;
        tell('moving', bytes);
        yield chunk;
      }
      tell('done');
    },
  };
}

function hasSubject({ bytes }: RawManifest): boolean {
  const document: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
  return typeof document === 'object' && document !== null && 'subject' in document;
}

/** Written first: an interrupted export can continue in the directory. */
async function begin(directory: string, { anyDirectory, signal }: LayoutOptions): Promise<void> {
  const known = await readFileIfPresent(join(directory, INDEX));
  const mark = await readFileIfPresent(join(directory, MARK.name));
  if (known !== undefined) decodeIndex(known);
  else if (mark === undefined && anyDirectory !== true) await checkEmpty(directory);
  await writeFiles(directory, [MARK], signal);
}

/** Blobs are named after their content and appear complete, so existing ones need not be written. */
async function hasBlob(directory: string, file: ArchiveFile): Promise<boolean> {
  if (!file.name.startsWith('blobs/')) return false;
  const stats = await stat(join(directory, file.name)).catch(() => undefined);
  return stats?.isFile() === true && stats.size === file.size;
}

async function checkEmpty(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  if (names.length === 0) return;
  throw new AppError('EXPORT_DESTINATION', `${directory} is not empty and is not an OCI layout`, {
    hint: 'use a new directory, or an OCI layout to add the image to it',
  });
}
