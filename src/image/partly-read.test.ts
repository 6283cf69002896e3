/** An image of which not all layers can be read, opened to be looked into. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Blobs, tarOfMembers } from '../../test/support/archives.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { hostPlatform } from '../oci/index.ts';
import { chooseImage, rootOf } from './choose-image.ts';
import { bytesOf } from './model/image.ts';
import { openImageSource } from './open-image.ts';

test.each([
  ['application/vnd.oci.image.layer.v1.tar+encrypted', 'IMAGE_LAYER_ENCRYPTED'],
  ['application/vnd.oci.image.layer.v1.tar+odd', 'IMAGE_LAYER_UNSUPPORTED'],
])('%s fails when it is read, and says which layer it is', async (layerType, code) => {
  const blobs = new Blobs();
  const path = join(temporaryDirectory('partly'), 'image.tar');
  writeFileSync(path, tarOfMembers(blobs.layout([blobs.image({ layerType })])));
  await using source = await openImageSource(`oci-archive:${path}`, { env: {} });
  const root = rootOf(source);
  const platform = hostPlatform();
  await expect(chooseImage(source, root, { platform })).rejects.toMatchObject({ code });
  const { layers } = await chooseImage(source, root, { platform, partly: true });
  const [layer] = layers;
  if (layer === undefined) throw new Error('no layer');
  const message = expect.stringContaining(layer.descriptor.digest);
  await expect(bytesOf(layer.read())).rejects.toMatchObject({ code, message });
});

test('an artifact that is not an image is not opened at all', async () => {
  const blobs = new Blobs();
  const layerType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip';
  const path = join(temporaryDirectory('partly'), 'image.tar');
  writeFileSync(path, tarOfMembers(blobs.layout([blobs.image({ layerType })])));
  await using source = await openImageSource(`oci-archive:${path}`, { env: {} });
  const options = { platform: hostPlatform(), partly: true };
  await expect(chooseImage(source, rootOf(source), options)).rejects.toMatchObject({
    code: 'IMAGE_NOT_AN_IMAGE',
  });
});
