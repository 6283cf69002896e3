/** `openImage` of the library: images of any transport, looked into where they are. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  bytesOf,
  layoutArchive,
  layoutDirectory,
  namedAs,
  writeCollections,
} from '../../src/image/index.ts';
import { createLamina } from '../../src/index.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';
import { AMD64, ARM64, sketchImage, sketchIndex } from '../support/transport-images.ts';

test('shows an image of a layout without a store', async () => {
  const directory = temporaryDirectory('open');
  const root = join(directory, 'store');
  const lamina = createLamina({ root });
  const { root: raw, ...rest } = sketchImage({ layers: ['gzip', 'plain'] });
  const named = { ...raw, descriptor: namedAs(raw.descriptor, 'app:1') };
  const layout = join(directory, 'layout');
  await writeCollections(layoutDirectory(layout), [{ ...rest, root: named }]);

  await using opened = await lamina.openImage({ image: `oci:${layout}:1` });
  if (opened.kind !== 'image') throw new Error('an index');
  expect(opened.descriptor.digest).toBe(raw.descriptor.digest);
  const files = await opened.files();
  expect(files.list('').map(({ path }) => path)).toEqual([
    'file-0',
    'file-1',
    'large-0',
    'large-1',
  ]);
  expect(files.layerOf('file-1')).toBe(1);
  expect((await bytesOf(files.read('file-1'))).toString()).toBe('plain  amd64');
  expect(existsSync(root)).toBe(false);
});

test('opens an index, and its images by platform', async () => {
  const directory = temporaryDirectory('open');
  const archive = join(directory, 'images.tar');
  const [amd, arm] = [sketchImage({ platform: AMD64 }), sketchImage({ platform: ARM64 })];
  const index = sketchIndex([
    [amd, AMD64],
    [arm, ARM64],
  ]);
  await writeCollections(layoutArchive(archive), [index]);
  const lamina = createLamina({ root: join(directory, 'store') });
  await using opened = await lamina.openImage({ image: `oci-archive:${archive}` });
  if (opened.kind !== 'index') throw new Error('one image');
  expect(opened.descriptor.digest).toBe(index.root.descriptor.digest);
  await using image = await opened.imageFor('linux/arm64');
  expect(image.config.architecture).toBe('arm64');
  await using same = await lamina.openImage({
    image: `oci-archive:${archive}`,
    platform: 'linux/arm64',
  });
  expect(same.descriptor.digest).toBe(image.descriptor.digest);
});

test.each([undefined, 'app:1'])(
  'chooses among images of a layout that are listed side by side, named %s',
  async (name) => {
    const layout = temporaryDirectory('open');
    const [amd, arm] = [sketchImage({ platform: AMD64 }), sketchImage({ platform: ARM64 })];
    const index = sketchIndex([
      [amd, AMD64],
      [arm, ARM64],
    ]);
    await writeCollections(layoutDirectory(layout), [index]);
    const roots = [amd, arm].map(({ root: { descriptor } }) => descriptor);
    const manifests = name === undefined ? roots : roots.map((root) => namedAs(root, name));
    writeFileSync(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
    const lamina = createLamina({ root: join(layout, 'store') });
    const opened = async (architecture: string) => {
      const platform = `linux/${architecture}`;
      await using image = await lamina.openImage({ image: `oci:${layout}`, platform });
      return image.descriptor.digest;
    };
    expect(await opened('amd64')).toBe(amd.root.descriptor.digest);
    expect(await opened('arm64')).toBe(arm.root.descriptor.digest);
  },
);

test('opens an image of the store by its name', async () => {
  const directory = temporaryDirectory('open');
  const archive = join(directory, 'image.tar');
  const { root: raw, ...rest } = sketchImage();
  const named = { ...raw, descriptor: namedAs(raw.descriptor, 'app:1') };
  await writeCollections(layoutArchive(archive), [{ ...rest, root: named }]);
  const lamina = createLamina({ root: join(directory, 'store') });
  await lamina.loadImages({ source: archive });
  await using opened = await lamina.openImage({ image: 'app:1' });
  expect(opened.descriptor.digest).toBe(raw.descriptor.digest);
  await expect(lamina.openImage({ image: 'none' })).rejects.toMatchObject({
    code: 'IMAGE_NOT_FOUND',
    expected: 'one of app:1',
  });
});
