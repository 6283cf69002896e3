/** What `system check` finds, and what it keeps. */
import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { addImage } from '../../../test/support/images.ts';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { type ImageRecord, Store } from '../../store/index.ts';
import { images } from '../images.ts';
import { checkStore } from './check-store.ts';

let root: string;
let image: ImageRecord;

beforeEach(async () => {
  root = join(temporaryDirectory('check'), 'store');
  await using store = await Store.open({ root });
  image = await addImage(store, [{ file: 'content', other: 'x'.repeat(5000) }]);
  store.images.tag(image.id, 'app');
});

const layerFile = (name: string) => {
  const [id = ''] = readdirSync(join(root, 'layers'));
  return join(root, 'layers', id, name);
};
const blobFile = (digest: string) => join(root, 'blobs', digest.replace(':', '/'));
const flip = (path: string, at: number) => {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
};

const context = () => ({ root, env: {} });
const names = async () => (await images(context())).map(({ references }) => references);

describe('a check', () => {
  it('finds nothing in a store that is whole', async () => {
    const result = await checkStore(context(), {});
    expect(result).toMatchObject({
      sound: true,
      problems: [],
      checked: { layers: 1, blobs: 2, images: 1 },
      lost: { images: [], steps: 0 },
    });
  });

  it.each([
    ['a layer without its index', () => rmSync(layerFile('index')), /index$/, 'it is missing'],
    [
      'a layer without its tar',
      () => rmSync(layerFile('layer.tar')),
      /layer\.tar$/,
      'it is missing',
    ],
    [
      'a tar that is cut off',
      () => truncateSync(layerFile('layer.tar'), 700),
      /layer\.tar$/,
      'it is truncated',
    ],
    [
      'a bit that flipped in a tar',
      () => flip(layerFile('layer.tar'), 600),
      /layer\.tar$/,
      'its digest has changed since it was created',
    ],
    [
      'a bit that flipped in an index',
      () => flip(layerFile('index'), 60),
      /index$/,
      /its checksum is wrong/,
    ],
    [
      'a layer that is gone',
      () => rmSync(layerFile('.'), { recursive: true }),
      /layers\/[0-9a-f]{32}$/,
      'it is missing',
    ],
    [
      'a config that is gone',
      () => rmSync(blobFile(image.id)),
      /blobs\/sha256\/[0-9a-f]{64}$/,
      'it is missing',
    ],
    [
      'a bit that flipped in a config',
      () => flip(blobFile(image.id), 5),
      /blobs\/sha256\/[0-9a-f]{64}$/,
      'it does not match the digest in its name',
    ],
  ] as const)(
    'finds %s, and a repair removes what that takes with it',
    async (_, damage, path, problem) => {
      damage();
      const found = await checkStore(context(), {});
      expect(found).toMatchObject({
        sound: false,
        repaired: false,
        problems: [{ path: expect.stringMatching(path), problem: expect.stringMatching(problem) }],
        lost: { images: [{ id: image.id, names: ['app:latest'] }] },
      });
      expect(await names()).toEqual([['app:latest']]);
      const repaired = await checkStore(context(), { repair: true });
      expect(repaired).toMatchObject({ repaired: true, lost: found.lost });
      expect(await checkStore(context(), {})).toMatchObject({ sound: true });
      expect(await names()).toEqual([]);
    },
  );

  it.each([
    ['emptied', (file: string) => truncateSync(file, 0), 'it is empty'],
    ['removed', (file: string) => rmSync(file), 'it is missing'],
    ['cut off', (file: string) => truncateSync(file, 8192), /malformed/],
    [
      'no database any more',
      (file: string) => writeFileSync(file, 'x'.repeat(9000)),
      /not a database/,
    ],
  ] as const)(
    'says that a database is %s, and a repair finds the images without their names',
    async (_, damage, problem) => {
      const file = join(root, 'db', 'store.db');
      damage(file);
      await expect(images(context())).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
      expect(await checkStore(context(), {})).toMatchObject({
        sound: false,
        problems: [{ path: file, problem: expect.stringMatching(problem) }],
      });
      const repaired = await checkStore(context(), { repair: true });
      expect(repaired).toMatchObject({ repaired: true, nameless: [image.id] });
      expect(await checkStore(context(), {})).toMatchObject({ sound: true });
      expect(await names()).toEqual([[]]);
    },
  );

  it('keeps the rows of a database that are whole', async () => {
    const file = join(root, 'db', 'store.db');
    const bytes = readFileSync(file);
    const at = bytes.indexOf('layer-diff-id/');
    flip(file, at + 20);
    const found = await checkStore(context(), {});
    expect(found.problems[0]?.problem).toMatch(/1 rows of 'facts' are damaged/);
    await checkStore(context(), { repair: true });
    expect(await checkStore(context(), {})).toMatchObject({ sound: true });
    expect(await names()).toEqual([['app:latest']]);
  });

  it.each(['version', 'lock'])('makes the file %s again, and loses nothing', async (name) => {
    const path = join(root, name);
    rmSync(path, { force: true });
    mkdirSync(path);
    expect(await checkStore(context(), {})).toMatchObject({ sound: false, problems: [{ path }] });
    expect(await checkStore(context(), { repair: true })).toMatchObject({
      repaired: true,
      lost: { images: [], steps: 0 },
    });
    expect(await checkStore(context(), {})).toMatchObject({ sound: true });
    expect(await names()).toEqual([['app:latest']]);
  });

  it('says that there is no store', async () => {
    await expect(checkStore({ root: join(root, 'none'), env: {} }, {})).rejects.toMatchObject({
      code: 'STORE_NOT_FOUND',
    });
  });
});
