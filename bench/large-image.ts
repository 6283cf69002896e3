/** Images of many files as OCI layouts, made without a builder: the same bytes for the same size. */
import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { compressGzip, END_OF_ARCHIVE, encodeHeader, padding } from '../src/archive/index.ts';

export interface LargeImage {
  readonly files: number;
  readonly layers: number;
  /** Bytes of all files together, roughly. */
  readonly bytes: number;
}

/** Of files: as in images of distributions and applications, most are small and few are large. */
const FILES_PER_DIRECTORY = 40;
/** One file in so many is a new version of a file of a lower layer, a copy of another file, or is deleted by the next layer. */
const CHANGED_EVERY = 20;
const COPIED_EVERY = 15;
const DELETED_EVERY = 50;
/** At most so large, by the average. */
const SPREAD = 8;
const TEXT_SIZE = 1 << 20;
const BATCH = 1 << 20;
const TIME = 1_700_000_000;

/** Writes an OCI layout with one image of this size to a directory that it creates. */
export async function writeLargeImage(directory: string, image: LargeImage): Promise<void> {
  const blobs = join(directory, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  const text = plausibleText();
  const layers: { readonly digest: string; readonly size: number }[] = [];
  const diffIds: string[] = [];
  for (let layer = 0; layer < image.layers; layer++) {
    const tar = createHash('sha256');
    const blob = createHash('sha256');
    let size = 0;
    const file = join(directory, 'layer');
    const pieces = hashed(layerTar(image, layer, text), (bytes) => void tar.update(bytes));
    const compressed = hashed(compressGzip(pieces, { level: 1 }), (bytes) => {
      blob.update(bytes);
      size += bytes.length;
    });
    await pipeline(Readable.from(compressed), createWriteStream(file));
    const digest = blob.digest('hex');
    renameSync(file, join(blobs, digest));
    layers.push({ digest: `sha256:${digest}`, size });
    diffIds.push(`sha256:${tar.digest('hex')}`);
  }
  writeDocuments(directory, layers, diffIds);
}

async function* hashed(
  source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  take: (bytes: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const bytes of source) {
    take(bytes);
    yield bytes;
  }
}

/** The tar of one layer, in pieces of a megabyte or so. */
function* layerTar(
  image: LargeImage,
  layer: number,
  text: Buffer,
): Generator<Buffer, void, undefined> {
  let parts: Buffer[] = [];
  let length = 0;
  for (const member of members(image, layer, text)) {
    parts.push(member);
    length += member.length;
    if (length < BATCH) continue;
    yield Buffer.concat(parts, length);
    parts = [];
    length = 0;
  }
  yield Buffer.concat([...parts, END_OF_ARCHIVE]);
}

function* members(
  { files, layers, bytes }: LargeImage,
  layer: number,
  text: Buffer,
): Generator<Buffer, void, undefined> {
  const [first, end] = [layer, layer + 1].map((at) => Math.floor((files * at) / layers));
  const average = bytes / files;
  let directory = '';
  for (let number = first ?? 0; number < (end ?? 0); number++) {
    const isChanged = layer > 0 && number % CHANGED_EVERY === 0;
    const path = pathOf(isChanged ? number % (first ?? 1) : number);
    const parent = path.slice(0, path.lastIndexOf('/'));
    if (parent !== directory) {
      directory = parent;
      yield encodeHeader({ ...common, path: parent, type: 'directory', mode: 0o755, size: 0 });
    }
    if (layer > 0 && number % DELETED_EVERY === 1) {
      const gone = pathOf(number - Math.floor(files / layers));
      const slash = gone.lastIndexOf('/') + 1;
      const mark = `${gone.slice(0, slash)}.wh.${gone.slice(slash)}`;
      yield encodeHeader({ ...common, path: mark, type: 'file', mode: 0o644, size: 0 });
    }
    const seed = number % COPIED_EVERY === 0 ? number % (COPIED_EVERY * 100) : number;
    const size = Math.min(TEXT_SIZE - 1, sizeOf(seed, average));
    const start = scattered(seed, 1) % (TEXT_SIZE - size);
    yield encodeHeader({ ...common, path, type: 'file', mode: 0o644, size });
    yield text.subarray(start, start + size);
    yield Buffer.alloc(padding(size));
  }
}

const common = { uid: 0, gid: 0, mtime: TIME, mtimeNs: 0 };

function pathOf(number: number): string {
  const directory = Math.floor(number / FILES_PER_DIRECTORY);
  return `usr/lib/package-${directory % 997}/part-${Math.floor(directory / 997)}/file-${number}.txt`;
}

function sizeOf(seed: number, average: number): number {
  const share = scattered(seed, 2) / 2 ** 32;
  return Math.floor((average * SPREAD * share ** (SPREAD - 1)) / 1);
}

/** A number of 32 bits that looks random. */
function scattered(seed: number, salt: number): number {
  let mixed = Math.imul(seed ^ (salt * 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Compresses about as well as program text. */
function plausibleText(): Buffer {
  const words: string[] = [];
  let length = 0;
  for (let at = 0; length < TEXT_SIZE; at++) {
    const word = scattered(scattered(at, 3) % 5000, 4).toString(36);
    words.push(word);
    length += word.length + 1;
  }
  return Buffer.from(words.join(' ')).subarray(0, TEXT_SIZE);
}

function writeDocuments(
  directory: string,
  layers: readonly { readonly digest: string; readonly size: number }[],
  diffIds: readonly string[],
): void {
  const config = writeBlob(directory, {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: diffIds },
    history: diffIds.map((_, at) => ({ created_by: `COPY part-${at} /usr/lib` })),
  });
  const manifest = writeBlob(directory, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: layers.map((layer) => ({ mediaType: LAYER, ...layer })),
  });
  const index = { schemaVersion: 2, manifests: [{ mediaType: MANIFEST, ...manifest }] };
  writeFileSync(join(directory, 'index.json'), JSON.stringify(index));
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

function writeBlob(directory: string, value: object): { digest: string; size: number } {
  const bytes = Buffer.from(JSON.stringify(value));
  const hex = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(join(directory, 'blobs', 'sha256', hex), bytes);
  return { digest: `sha256:${hex}`, size: bytes.length };
}
