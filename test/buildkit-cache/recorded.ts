/** What BuildKit exported of a case, as one small file of its own in `recorded/`. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface RecordedCache {
  /** The version of the daemon. */
  readonly buildkit: string;
  /** Digest of the manifest in the layout. */
  readonly manifest: string;
  readonly mediaType: string;
  /** Digest → base64. */
  readonly blobs: Readonly<Record<string, string>>;
}

const DIRECTORY = join(process.env.PROGRAM_DIRECTORY ?? import.meta.dirname, 'recorded');

export function readRecorded(name: string): RecordedCache {
  return JSON.parse(readFileSync(join(DIRECTORY, `${name}.json`), 'utf8')) as RecordedCache;
}

export function writeRecorded(name: string, recorded: RecordedCache): void {
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(join(DIRECTORY, `${name}.json`), `${JSON.stringify(recorded, undefined, 2)}\n`);
}

/** Takes an OCI layout apart. */
export function recordedLayout(buildkit: string, layout: string): RecordedCache {
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    readonly manifests: readonly { readonly digest: string; readonly mediaType: string }[];
  };
  const [manifest] = index.manifests;
  if (manifest === undefined) throw new Error('BuildKit wrote no cache');
  const folder = join(layout, 'blobs/sha256');
  const blobs = readdirSync(folder)
    .sort()
    .map((hex) => [`sha256:${hex}`, readFileSync(join(folder, hex)).toString('base64')] as const);
  const { digest, mediaType } = manifest;
  return { buildkit, manifest: digest, mediaType, blobs: Object.fromEntries(blobs) };
}

/** Puts a recorded layout together again, under the tag `latest`. */
export function writeLayout(
  directory: string,
  { manifest, mediaType, blobs }: RecordedCache,
): void {
  mkdirSync(join(directory, 'blobs/sha256'), { recursive: true });
  for (const [digest, content] of Object.entries(blobs)) {
    const path = join(directory, 'blobs', digest.replace(':', '/'));
    writeFileSync(path, Buffer.from(content, 'base64'));
  }
  const size = Buffer.from(blobs[manifest] ?? '', 'base64').length;
  const annotations = { 'org.opencontainers.image.ref.name': 'latest' };
  const manifests = [{ mediaType, digest: manifest, size, annotations }];
  writeFileSync(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
}
