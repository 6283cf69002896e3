/** The files of an image that is read from its source, compared with the same image in a store. */
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Blobs, sha256, tarOfMembers } from '../../test/support/archives.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { type ImageFiles, openFiles } from './image-files.ts';
import { bytesOf, type Image } from './model/image.ts';
import { openImage, openImageSource } from './open-image.ts';
import { readLayerFile } from './read-layer-file.ts';

const LOWER = tarOfMembers([
  { path: 'bin', type: 'directory', mode: 0o755 },
  { path: 'bin/tool', content: 'the tool', mode: 0o755 },
  { path: 'etc/', type: 'directory', mode: 0o700 },
  { path: 'etc/old', content: 'old' },
  { path: 'etc/kept', content: 'kept' },
  { path: 'link', type: 'symlink', linkTarget: 'bin/tool' },
]);
const UPPER = tarOfMembers([
  { path: 'etc/.wh.old' },
  { path: 'etc/new', content: 'new'.repeat(1000) },
  { path: 'bin/same', type: 'hardlink', linkTarget: 'bin/tool' },
]);

/** An archive of an image of these layers, opened without loading it. */
async function withImage<T>(
  tars: readonly Buffer[],
  work: (files: ImageFiles, image: Image) => Promise<T>,
): Promise<T> {
  const blobs = new Blobs();
  const config = blobs.add('application/vnd.oci.image.config.v1+json', {
    ...{ architecture: 'amd64', os: 'linux' },
    rootfs: { type: 'layers', diff_ids: tars.map(sha256) },
  });
  const type = 'application/vnd.oci.image.layer.v1.tar+gzip';
  const layers = tars.map((tar) => blobs.add(type, gzipSync(tar)));
  const path = join(temporaryDirectory('files'), 'image.tar');
  writeFileSync(path, tarOfMembers(blobs.layout([blobs.manifest(config, layers)])));
  await using source = await openImageSource(`oci-archive:${path}`, { env: {} });
  const image = await openImage(source);
  if (image.kind !== 'image') throw new Error('an index');
  return await work(await openFiles(image), image);
}

const textOf = async (files: ImageFiles, path: string) =>
  (await bytesOf(files.read(path))).toString();

describe('the files of an image', () => {
  test('are those of its layers, merged', () =>
    withImage([LOWER, UPPER], async (files) => {
      const names = (path: string) => files.list(path).map((entry) => entry.path);
      expect(names('')).toEqual(['bin', 'etc', 'link']);
      expect(names('etc')).toEqual(['etc/kept', 'etc/new']);
      expect(files.lookup('etc')?.mode).toBe(0o700);
      expect(files.lookup('link')).toMatchObject({ type: 'symlink', linkTarget: 'bin/tool' });
      expect(files.lookup('etc/old')).toBeUndefined();
      expect(files.layerOf('etc/new')).toBe(1);
      expect(files.layers[1]?.entries).toContainEqual({ kind: 'whiteout', path: 'etc/old' });
    }));

  test('have the bytes that the layers have', () =>
    withImage([LOWER, UPPER], async (files) => {
      expect(await textOf(files, 'bin/tool')).toBe('the tool');
      expect(await textOf(files, 'etc/new')).toBe('new'.repeat(1000));
      // A link to a file of the layer below.
      expect(files.lookup('bin/same')).toMatchObject({ mode: 0o755, size: 8 });
      expect(await textOf(files, 'bin/same')).toBe('the tool');
    }));

  test('with holes are read with their zeros', () =>
    withImage([sparseTar()], async (files) => {
      const bytes = await bytesOf(files.read('holes'));
      expect(bytes.length).toBe(300_000);
      expect(bytes.indexOf('data')).toBe(200_000);
      expect(bytes.filter((byte) => byte !== 0).length).toBe(4);
    }));

  test('of a damaged layer are not told of', async () => {
    const broken = Buffer.concat([LOWER.subarray(0, 700), Buffer.alloc(3000, 7)]);
    await expect(withImage([broken], async () => undefined)).rejects.toMatchObject({
      code: expect.stringMatching(/^ARCHIVE_/),
    });
  });
});

describe('a file of one layer', () => {
  const read = async ({ layers }: Image, layer: number, ...paths: readonly string[]) => {
    const found = layers[layer];
    if (found === undefined) throw new Error('no such layer');
    return bytesOf(readLayerFile(found, new Set(paths)));
  };

  test('has the bytes that this layer ships, whatever is above it', () =>
    withImage([LOWER, UPPER, sparseTar()], async (_, image) => {
      expect((await read(image, 0, 'etc/old')).toString()).toBe('old');
      expect((await read(image, 1, 'etc/new')).toString()).toBe('new'.repeat(1000));
      const holes = await read(image, 2, 'holes');
      expect([holes.length, holes.indexOf('data')]).toEqual([300_000, 200_000]);
    }));

  test('is an error where the layer has no content for it', () =>
    withImage([LOWER, UPPER], async (_, image) => {
      await expect(read(image, 1, 'bin/same')).rejects.toMatchObject({
        code: 'LAYER_FILE_MISSING',
      });
    }));
});

/** A file of 300,000 bytes with four bytes of data, as GNU tar packs it. */
function sparseTar(): Buffer {
  const directory = temporaryDirectory('sparse');
  const file = openSync(join(directory, 'holes'), 'w');
  ftruncateSync(file, 300_000);
  writeSync(file, 'data', 200_000);
  closeSync(file);
  return execFileSync('tar', ['--sparse', '-C', directory, '-cf', '-', 'holes']);
}
