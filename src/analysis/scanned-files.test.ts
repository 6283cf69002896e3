import { expect, it } from 'vitest';
import { impliedDirectory } from '../files/index.ts';
import type { LayerEntry } from '../layers/index.ts';
import { compareFiles } from './compare-files.ts';
import { ImageModel } from './model/index.ts';
import { scannedImageFiles, scannedLayerFiles } from './scanned-files.ts';

const DIGEST = { a: `sha512-256:${'a'.repeat(64)}`, b: `sha512-256:${'b'.repeat(64)}` } as const;

function file(path: string, content: keyof typeof DIGEST): LayerEntry {
  const digest = DIGEST[content] as Extract<LayerEntry, { kind: 'entry' }>['digest'];
  return { kind: 'entry', ...impliedDirectory(path), type: 'file', mode: 0o644, size: 1, digest };
}

function directory(path: string): LayerEntry {
  return { kind: 'entry', ...impliedDirectory(path) };
}

function modelOf(...layers: readonly (readonly LayerEntry[])[]): ImageModel {
  const model = new ImageModel();
  for (const layer of layers) model.addLayer(layer);
  return model;
}

it('has directories that no layer has an entry for', async () => {
  const implied = scannedImageFiles(modelOf([file('usr/bin/x', 'a')]));
  const said = scannedImageFiles(
    modelOf([directory('usr'), directory('usr/bin'), file('usr/bin/x', 'a')]),
  );
  expect(implied.items.map(({ path }) => path)).toEqual(['usr', 'usr/bin', 'usr/bin/x']);
  expect(await compareFiles(implied, said, { times: false })).toEqual([]);
});

it('has only what is visible in the end, and in a layer all that it says', () => {
  const model = modelOf(
    [file('gone', 'a'), file('kept', 'a')],
    [{ kind: 'whiteout', path: 'gone' }],
  );
  expect(scannedImageFiles(model).items.map(({ path }) => path)).toEqual(['kept']);
  expect(scannedLayerFiles(model, 1).items).toEqual([{ kind: 'whiteout', path: 'gone' }]);
  expect(scannedLayerFiles(model, 2).items).toEqual([]);
});

it('has contents that differ by their digests', async () => {
  const [one, other] = [modelOf([file('x', 'a')]), modelOf([file('x', 'b')])];
  const [difference] = await compareFiles(scannedImageFiles(one), scannedImageFiles(other), {
    times: false,
  });
  expect(difference).toMatchObject({
    ...{ path: '/x', kind: 'changed' },
    changes: [{ what: 'content', a: DIGEST.a, b: DIGEST.b }],
  });
});
