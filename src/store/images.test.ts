import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addImage, addLayer } from '../../test/support/store-content.ts';
import { type Digest, digestHex, digestOf } from '../oci/index.ts';
import { type ImageRecord, Store } from './index.ts';

let root: string;
let store: Store;
let one: ImageRecord;
let two: ImageRecord;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'lamina-images-'));
  store = await Store.open({ root });
  const layer = await addLayer(store);
  one = await addImage(store, 'one', layer);
  two = await addImage(store, 'two', layer);
});
afterEach(async () => {
  await store.close();
  rmSync(root, { recursive: true, force: true });
});

const idOf = (text: string): Digest | undefined => store.images.resolve(text)?.id;

describe('an image is found', () => {
  test('by its id as long as it is in use, even if other processes remove it', async () => {
    store.images.tag(one.id, 'app');
    await store.flush();
    const other = await Store.open({ root });
    expect(other.images.resolve('app')?.id).toBe(one.id);
    store.images.remove(one.id);
    await store.flush();
    expect(other.images.get(one.id)).toEqual(one);
    expect(other.images.list().map(({ id }) => id)).toEqual([two.id]);
    expect(other.images.resolve('app')).toBeUndefined();
    expect(other.images.resolve(one.id)).toBeUndefined();
    await other.close();
  });

  test('by its names, short and full', () => {
    store.images.tag(one.id, 'app');
    store.images.tag(one.id, 'registry.example:5000/team/app:v1');
    for (const text of ['app', 'app:latest', 'docker.io/library/app', 'library/app:latest']) {
      expect(idOf(text)).toBe(one.id);
    }
    expect(idOf('registry.example:5000/team/app:v1')).toBe(one.id);
    expect(idOf('registry.example:5000/team/app')).toBeUndefined();
    expect(store.images.references(one.id)).toEqual([
      'docker.io/library/app:latest',
      'registry.example:5000/team/app:v1',
    ]);
  });

  test('for each platform by a name that means several', async () => {
    store.images.tagVariants([one.id, two.id], 'app');
    const ids = () => store.images.variants('app').map(({ id }) => id);
    expect(idOf('app')).toBe(one.id);
    expect(ids()).toEqual([one.id, two.id]);
    expect(store.images.references(two.id)).toEqual(['docker.io/library/app:latest']);
    await store.prune({ images: 'dangling' });
    expect(ids()).toEqual([one.id, two.id]);
    store.images.remove(one.id);
    expect(ids()).toEqual([two.id]);
    expect(idOf('app')).toBe(two.id);
  });

  test('as one image again when its name is given to one', () => {
    store.images.tagVariants([one.id, two.id], 'app');
    store.images.tag(two.id, 'app');
    expect(store.images.variants('app').map(({ id }) => id)).toEqual([two.id]);
    expect(store.images.references(one.id)).toEqual([]);
    store.images.tagVariants([one.id, two.id], 'app');
    store.images.untag('app');
    expect(store.images.variants('app')).toEqual([]);
    expect(store.images.references(two.id)).toEqual([]);
  });

  test('by its id, with and without the algorithm, or by its first digits', () => {
    const hex = digestHex(one.id);
    for (const text of [
      one.id,
      hex,
      hex.slice(0, 12),
      hex.slice(0, 4),
      `sha256:${hex.slice(0, 9)}`,
    ]) {
      expect(idOf(text)).toBe(one.id);
    }
    expect(idOf(hex.slice(0, 3))).toBeUndefined();
    expect(idOf(`${hex.slice(0, 12)}x`)).toBeUndefined();
    expect(idOf(digestOf('unknown'))).toBeUndefined();
  });

  test('by a name that could be the beginning of an id, rather than by that id', () => {
    const prefix = digestHex(one.id).slice(0, 6);
    store.images.tag(two.id, prefix);
    expect(idOf(prefix)).toBe(two.id);
  });

  test('by name and digest of its manifest', () => {
    store.images.tag(one.id, 'app:v1');
    expect(idOf(`app@${one.manifestDigest}`)).toBe(one.id);
    expect(idOf(`app@${two.manifestDigest}`)).toBeUndefined();
    expect(idOf(`ap@${one.manifestDigest}`)).toBeUndefined();
  });

  test('never by an invalid reference', () => {
    expect(idOf('')).toBeUndefined();
    expect(idOf('UPPER')).toBeUndefined();
    expect(idOf('a b')).toBeUndefined();
  });
});

test('digits that begin several ids are ambiguous', async () => {
  const seen = new Map<string, string>();
  const layer = await addLayer(store);
  let prefix: string | undefined;
  for (let count = 0; prefix === undefined; count++) {
    const start = digestHex(digestOf(`config ${count}`)).slice(0, 4);
    const other = seen.get(start);
    seen.set(start, `config ${count}`);
    if (other === undefined) continue;
    await addImage(store, other, layer);
    await addImage(store, `config ${count}`, layer);
    prefix = start;
  }
  expect(() => idOf(prefix)).toThrow(
    expect.objectContaining({ code: 'IMAGE_AMBIGUOUS', hint: 'give more digits of the ID' }),
  );
});

describe('a name', () => {
  test('moves when another image gets it', () => {
    expect(store.images.tag(one.id, 'app')).toBeUndefined();
    expect(store.images.tag(one.id, 'app')).toBeUndefined();
    expect(store.images.tag(two.id, 'app')).toBe(one.id);
    expect(idOf('app')).toBe(two.id);
    expect(store.images.references(one.id)).toEqual([]);
    expect(store.images.get(one.id)).toEqual(one);
  });

  test('can be removed', () => {
    store.images.tag(one.id, 'app');
    store.images.tag(one.id, 'app:v1');
    expect(store.images.untag('app')).toBe(one.id);
    expect(store.images.untag('app')).toBeUndefined();
    expect(store.images.references(one.id)).toEqual(['docker.io/library/app:v1']);
  });

  test('is refused for an image that is not there, or when it is none', () => {
    expect(() => store.images.tag(digestOf('unknown'), 'app')).toThrow(
      expect.objectContaining({ code: 'IMAGE_NOT_FOUND' }),
    );
    expect(() => store.images.tag(one.id, 'Not A Name')).toThrow(
      expect.objectContaining({ code: 'REFERENCE_INVALID' }),
    );
  });

  test('is removed with its image', async () => {
    store.images.tag(one.id, 'app');
    store.images.remove(one.id);
    expect(idOf('app')).toBeUndefined();
    await store.flush();
    expect(store.images.list().map(({ id }) => id)).toEqual([two.id]);
  });
});

test('an image whose parts were collected before it was recorded makes the flush fail', async () => {
  await store.flush();
  const gone: ImageRecord = { ...one, id: digestOf('nobody wrote this') };
  store.images.put(gone);
  await expect(store.flush()).rejects.toMatchObject({ code: 'STORE_CONTENT_GONE' });
  expect(store.images.get(gone.id)).toBeUndefined();
});

describe('an image that another process works on', () => {
  let other: Store;
  beforeEach(async () => {
    await store.flush();
    other = await Store.open({ root });
  });
  afterEach(() => other.close().catch(() => undefined));

  test('is not seen before it has its name, and cannot be pruned without it', async () => {
    const draft: ImageRecord = { ...one, id: one.manifestDigest };
    store.images.draft(draft);
    await store.flush();
    expect(store.images.get(draft.id)).toEqual(draft);
    expect(other.images.get(draft.id)).toBeUndefined();
    store.images.tag(draft.id, 'app');
    await store.flush();
    await other.prune({ images: 'dangling' });
    expect(other.images.resolve('app')).toEqual(draft);
  });

  test('stays when it gets a name while it is being removed', async () => {
    store.images.remove(one.id);
    other.images.tag(one.id, 'app');
    await other.flush();
    await store.flush();
    expect(other.images.resolve('app')).toEqual(one);
    expect(store.images.get(one.id)).toEqual(one);
  });

  test('gets no name when it has been removed', async () => {
    other.images.tag(one.id, 'app');
    store.images.remove(one.id);
    await store.flush();
    await expect(other.flush()).rejects.toMatchObject({ code: 'STORE_CONTENT_GONE' });
    expect(other.images.resolve('app')).toBeUndefined();
    expect(other.images.names()).toEqual([]);
  });
});
