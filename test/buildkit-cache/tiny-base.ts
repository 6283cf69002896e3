/** A base image of a few hundred bytes whose every byte is known: what a cache says of it is the same on all machines. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestHex, digestOf, MEDIA_TYPES } from '../../src/oci/index.ts';
import { packTar } from '../conformance/pack-tar.ts';

export const TINY_PLATFORM = { os: 'linux', architecture: 'amd64' };

/**
 * A program for x86-64 that adds an `x` to the file `ran` of its working directory, whatever its arguments: enough of a
 * shell to leave a layer.
 */
const PROGRAM = Buffer.from(
  [
    '7f454c46020101000000000000000000', // ELF, 64 bits, little-endian
    '02003e00010000007800400000000000',
    '40000000000000000000000000000000',
    '00000000400038000100000000000000',
    '01000000050000000000000000000000', // all of it is mapped at 0x400000
    '00004000000000000000400000000000',
    'b800000000000000b800000000000000',
    '0010000000000000',
    'b802000000488d3d30000000be41040000baa40100000f05', // open("ran", append, 0644)
    '89c7b801000000488d3512000000ba010000000f05', // write(it, "x", 1)
    '31ffb83c0000000f05', // exit(0)
    '9090',
    '78000000', // "x"
    '72616e00', // "ran"
  ].join(''),
  'hex',
);

export const TINY_CONFIG = {
  Env: ['PATH=/bin', 'FROM_BASE=yes'],
  Cmd: ['/bin/sh'],
  WorkingDir: '/',
};

/** Its one layer. */
export function tinyLayer(): Buffer {
  return packTar([
    { path: 'bin', type: 'directory', mode: 0o755 },
    { path: 'bin/sh', type: 'file', mode: 0o755, content: PROGRAM },
    { path: 'etc', type: 'directory', mode: 0o755 },
    {
      ...{ path: 'etc/passwd', type: 'file', mode: 0o644 },
      content: Buffer.from('app:x:1001:50::/:/bin/sh\n'),
    },
    { path: 'etc/group', type: 'file', mode: 0o644, content: Buffer.from('staff:x:50:\n') },
    { path: 'open', type: 'directory', mode: 0o777 },
  ]);
}

/** Writes the image as an OCI layout and returns its manifest's digest. */
export function writeTinyBase(directory: string): string {
  const layer = tinyLayer();
  mkdirSync(join(directory, 'blobs/sha256'), { recursive: true });
  const blob = (mediaType: string, bytes: Buffer) => {
    const digest = digestOf(bytes);
    writeFileSync(join(directory, 'blobs/sha256', digestHex(digest)), bytes);
    return { mediaType, digest, size: bytes.length };
  };
  const json = (mediaType: string, value: unknown) =>
    blob(mediaType, Buffer.from(JSON.stringify(value)));
  const created = '2020-01-01T00:00:00Z';
  const config = json(MEDIA_TYPES.ociConfig, {
    ...TINY_PLATFORM,
    created,
    config: TINY_CONFIG,
    rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    history: [{ created, created_by: 'the tiny base' }],
  });
  const manifest = json(MEDIA_TYPES.ociManifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.ociManifest,
    config,
    layers: [blob('application/vnd.oci.image.layer.v1.tar', layer)],
  });
  const annotations = { 'org.opencontainers.image.ref.name': 'latest' };
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
  writeFileSync(join(directory, 'index.json'), JSON.stringify(index));
  writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  return manifest.digest;
}
