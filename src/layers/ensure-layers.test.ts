import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { showTree } from '../../test/support/layers.ts';
import { END_OF_ARCHIVE, encodeHeader, padding } from '../archive/index.ts';
import { AppError } from '../errors.ts';
import { type DiffId, digestOf, MEDIA_TYPES } from '../oci/index.ts';
import { type LayerId, type LayerProvider, type LazyLayer, Store } from '../store/index.ts';
import { ensureBlob, ensureLayers } from './ensure-layers.ts';
import { independentLayer, sourceBlobOf } from './import-facts.ts';
import { isLostStep } from './lost-step.ts';
import { MergedTree } from './merged-tree.ts';

/** Returns the blobs put into it, in small pieces, and counts how often. */
class Shelf implements LayerProvider {
  readonly fetched: string[] = [];
  readonly #bytes = new Map<string, (attempt: number) => Uint8Array>();
  /** Fetching waits for it. */
  gate: Promise<unknown> = Promise.resolve();

  put(digest: string, bytes: (attempt: number) => Uint8Array): void {
    this.#bytes.set(digest, bytes);
  }

  /** Overrides what was put. */
  answer: (lazy: LazyLayer) => Uint8Array | undefined = () => undefined;

  async *fetch(lazy: LazyLayer): AsyncGenerator<Uint8Array> {
    const { digest } = lazy.descriptor;
    this.fetched.push(digest);
    const bytes =
      this.answer(lazy) ??
      this.#bytes.get(digest)?.(this.fetched.filter((one) => one === digest).length);
    if (bytes === undefined) throw new Error(`the shelf has no ${digest}`);
    await this.gate;
    for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
  }
}

let root: string;
let shelf: Shelf;
let store: Store;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'lamina-ensure-'));
  shelf = new Shelf();
  store = await Store.open({ root, provider: shelf });
});

afterEach(async () => {
  await store.close();
  rmSync(root, { recursive: true });
});

type Files = Readonly<Record<string, string>>;

/** `name/`: a directory, `name -> target`: a hard link. */
function tarOf(files: Files): Buffer {
  const members = Object.entries(files).flatMap(([name, text]) => {
    const [path = '', linkTarget] = name.split(' -> ');
    const owner = { mode: 0o700, uid: 1, gid: 2, mtime: 3, mtimeNs: 0 };
    const header = { path: path.replace(/\/$/, ''), size: text.length, ...owner };
    if (linkTarget !== undefined) {
      return [encodeHeader({ ...header, size: 0, type: 'hardlink', linkTarget })];
    }
    const type = path.endsWith('/') ? 'directory' : 'file';
    return [
      encodeHeader({ ...header, type }),
      Buffer.from(text),
      Buffer.alloc(padding(text.length)),
    ];
  });
  return Buffer.concat([...members, END_OF_ARCHIVE]);
}

interface RecordedLazy {
  readonly id: LayerId;
  readonly lazy: LazyLayer;
  readonly blob: Buffer;
}

function lazyLayer(files: Files, { gzip = true, diffId = '' } = {}): RecordedLazy {
  const tar = tarOf(files);
  const blob = gzip ? gzipSync(tar) : tar;
  const lazy: LazyLayer = {
    diffId: (diffId || digestOf(tar)) as DiffId,
    descriptor: {
      mediaType: gzip ? MEDIA_TYPES.ociLayerGzip : MEDIA_TYPES.ociLayer,
      digest: digestOf(blob),
      size: blob.length,
    },
    sources: [{ kind: 'registry', registry: 'registry.example', repository: 'x' }],
  };
  shelf.put(lazy.descriptor.digest, () => blob);
  return { ...store.layers.recordLazy({ lazy, created: 5, times: 'keep' }), lazy, blob };
}

function show(...layers: readonly RecordedLazy[]): string[] {
  return showTree(
    MergedTree.of(
      store,
      layers.map(({ id }) => id),
    ),
  );
}

function damaged(blob: Uint8Array): Buffer {
  const copy = Buffer.from(blob);
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1;
  return copy;
}

describe('a lazy layer', () => {
  test('keeps its id, and is known by size and files, when it has come', async () => {
    const layer = lazyLayer({ 'a/': '', 'a/f': 'text' });
    expect(store.layers.get(layer.id)).toMatchObject({ tar: false, size: 0, files: 0 });
    expect(() => store.layers.directory(layer.id)).toThrow('is lazy');
    await ensureLayers(store, [layer.id]);
    const meta = store.layers.get(layer.id);
    expect(meta).toMatchObject({ tar: true, size: 4, files: 1, created: 5, times: 'keep' });
    expect(meta?.lazy).toBeUndefined();
    expect(show(layer)).toEqual(['a directory 700', 'a/f file 700 text']);
    expect(store.blobs.has(layer.lazy.descriptor.digest)).toBe(true);
    expect(sourceBlobOf(store, layer.lazy.diffId)).toEqual(layer.lazy.descriptor);
    expect(independentLayer(store, layer.lazy.diffId)?.id).toBe(layer.id);
  });

  test('is fetched once, however many ask at the same time and afterwards', async () => {
    const layer = lazyLayer({ f: 'text' });
    await Promise.all([ensureLayers(store, [layer.id]), ensureLayers(store, [layer.id])]);
    await ensureLayers(store, [layer.id]);
    expect(shelf.fetched).toHaveLength(1);
  });

  test('is right when a member lies across the buffers it arrives in', async () => {
    const text = 'some text '.repeat(70_000);
    const layer = lazyLayer({ a: text, b: text, c: text, last: 'end' });
    await ensureLayers(store, [layer.id]);
    const sizes = show(layer).map((line) => line.length);
    expect(sizes).toEqual([...Array(3).fill('a file 700 '.length + text.length), 17]);
    expect(show(layer).at(-1)).toBe('last file 700 end');
  });

  test('that is not compressed is not kept a second time as a blob', async () => {
    const layer = lazyLayer({ f: 'text' }, { gzip: false });
    await ensureLayers(store, [layer.id]);
    expect(show(layer)).toEqual(['f file 700 text']);
    expect([...store.blobs.list()]).toEqual([]);
  });

  test('is read from the blob that is here already', async () => {
    const layer = lazyLayer({ f: 'text' });
    await ensureBlob(store, layer.lazy);
    expect(store.layers.get(layer.id)?.lazy).toBeDefined();
    await ensureLayers(store, [layer.id]);
    expect(shelf.fetched).toHaveLength(1);
  });

  test('may arrive before the layers it depends on', async () => {
    const lower = lazyLayer({ 'd/': '', 'd/old': 'old' });
    const upper = lazyLayer({ 'd/new': 'new', 'd/link -> d/old': '' });
    let open = (): void => undefined;
    const closed = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { fetch } = shelf;
    shelf.fetch = async function* (lazy) {
      if (lazy.descriptor.digest === lower.lazy.descriptor.digest) await closed;
      yield* fetch.call(shelf, lazy);
      if (lazy.descriptor.digest === upper.lazy.descriptor.digest) open();
    };
    await ensureLayers(store, [lower.id, upper.id]);
    expect(show(lower, upper)).toEqual([
      'd directory 700',
      'd/link file 700 old',
      'd/new file 700 new',
      'd/old file 700 old',
    ]);
    expect(independentLayer(store, upper.lazy.diffId)).toBeUndefined();
  });

  test('replaces a directory that a killed process renamed but did not record', async () => {
    const layer = lazyLayer({ f: 'text' });
    mkdirSync(join(root, 'layers', layer.id));
    writeFileSync(join(root, 'layers', layer.id, 'layer.tar'), 'half of it');
    await ensureLayers(store, [layer.id]);
    expect(show(layer)).toEqual(['f file 700 text']);
  });

  test('that comes as the same blob twice in an image is downloaded once', async () => {
    const one = lazyLayer({ f: 'text' });
    const two = lazyLayer({ f: 'text' });
    await ensureLayers(store, [one.id, two.id]);
    expect(shelf.fetched).toHaveLength(1);
    expect(show(two)).toEqual(show(one));
  });
});

describe('a lazy layer whose bytes are wrong', () => {
  test('is downloaded again, and kept once it is right', async () => {
    const layer = lazyLayer({ f: 'text' });
    shelf.put(layer.lazy.descriptor.digest, (attempt) =>
      attempt < 3 ? damaged(layer.blob) : layer.blob,
    );
    await ensureLayers(store, [layer.id]);
    expect(show(layer)).toEqual(['f file 700 text']);
  });

  test('is fetched from another source when one gives damaged bytes', async () => {
    const layer = lazyLayer({ a: 'x' });
    const source = { kind: 'layout', directory: '/elsewhere' } as const;
    store.layers.addSource(layer.id, source);
    shelf.put(layer.lazy.descriptor.digest, () => damaged(layer.blob));
    shelf.answer = ({ sources: [first] }) => (first?.kind === 'registry' ? layer.blob : undefined);
    await ensureLayers(store, [layer.id]);
    expect(show(layer)).toHaveLength(1);
  });

  test('is reported as the layer of a step if it is one and cannot be fetched', async () => {
    const { lazy } = lazyLayer({ a: 'x' });
    shelf.put(lazy.descriptor.digest, () => new Uint8Array(lazy.descriptor.size));
    const times = { created: 5, times: 'clamp' } as const;
    const { id } = store.layers.recordLazy({ lazy: { ...lazy, isOfStep: true }, ...times });
    const ofStep = await ensureLayers(store, [id]).catch((error: unknown) => error);
    expect([isLostStep(ofStep), ofStep]).toMatchObject([true, { code: 'BLOB_DIGEST_MISMATCH' }]);
    const image = store.layers.recordLazy({ lazy, ...times });
    const ofImage = await ensureLayers(store, [image.id]).catch((error: unknown) => error);
    expect([isLostStep(ofImage), ofImage]).toMatchObject([false, { code: 'BLOB_DIGEST_MISMATCH' }]);
  });

  test('fails as damaged, not as a bad archive, and leaves nothing', async () => {
    const layer = lazyLayer({ f: 'text' });
    shelf.put(layer.lazy.descriptor.digest, () => damaged(layer.blob));
    await expect(ensureLayers(store, [layer.id])).rejects.toMatchObject({
      code: 'BLOB_DIGEST_MISMATCH',
    });
    expect(shelf.fetched).toHaveLength(3);
    expect([...store.blobs.list()]).toEqual([]);
    expect(readdirSync(join(root, 'layers'))).toEqual([]);
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
    expect(readdirSync(join(root, 'locks'))).toEqual([]);
    expect(store.layers.get(layer.id)?.lazy).toBeDefined();
  });

  test('is refused as damaged, not as a bad archive, also when it is not compressed', async () => {
    const layer = lazyLayer({ f: 'text' }, { gzip: false });
    shelf.fetch = async function* () {
      yield Buffer.from('no tar '.repeat(100));
      yield Buffer.from('at all '.repeat(100));
      throw new AppError('BLOB_DIGEST_MISMATCH', 'other bytes', { hint: 'none' });
    };
    await expect(ensureLayers(store, [layer.id])).rejects.toMatchObject({
      code: 'BLOB_DIGEST_MISMATCH',
    });
    expect(readdirSync(join(root, 'layers'))).toEqual([]);
  });

  test('is refused when it is longer than it may be, before all of it has come', async () => {
    const layer = lazyLayer({ f: 'text' });
    let given = 0;
    shelf.fetch = async function* () {
      for (; given < 1000; given++) yield Buffer.alloc(64 * 1024);
    };
    await expect(ensureLayers(store, [layer.id])).rejects.toMatchObject({
      code: 'BLOB_SIZE_MISMATCH',
    });
    expect(given).toBeLessThan(20);
  });

  test('is refused when the config names another diff id', async () => {
    const layer = lazyLayer({ f: 'text' }, { diffId: digestOf('another') });
    await expect(ensureLayers(store, [layer.id])).rejects.toMatchObject({
      code: 'LAYER_DIFF_ID_MISMATCH',
    });
    expect(store.layers.get(layer.id)?.lazy).toBeDefined();
    expect(readdirSync(join(root, 'layers'))).toEqual([]);
  });

  test('is refused when a member leads out of the root', async () => {
    const layer = lazyLayer({ '../f': 'text' });
    await expect(ensureLayers(store, [layer.id])).rejects.toMatchObject({
      code: 'LAYER_INVALID_MEMBER',
    });
  });
});

describe('fetching', () => {
  test('ends when its last caller aborts, and can start again', async () => {
    const layer = lazyLayer({ f: 'text' });
    const stop = new AbortController();
    shelf.gate = once(stop.signal, 'abort');
    const asked = ensureLayers(store, [layer.id], { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow();
    await ensureLayers(store, [layer.id]);
    expect(show(layer)).toEqual(['f file 700 text']);
  });

  test('fails as not available without a provider', async () => {
    const layer = lazyLayer({ f: 'text' });
    await store.flush();
    await using other = await Store.open({ root });
    await expect(ensureLayers(other, [layer.id])).rejects.toMatchObject({
      code: 'LAYER_NOT_AVAILABLE',
    });
  });

  test('waits for another process that fetches it, and uses its result', async () => {
    const layer = lazyLayer({ f: 'text' });
    await store.flush();
    await using other = await Store.open({ root, provider: shelf });
    await Promise.all([
      ensureLayers(store, [layer.id]).then(() => store.flush()),
      ensureLayers(other, [layer.id]),
    ]);
    expect(shelf.fetched).toHaveLength(1);
    expect(other.layers.get(layer.id)).toMatchObject({ tar: true });
  });

  test('reports its progress', async () => {
    const layer = lazyLayer({ f: 'text' });
    const told: string[] = [];
    await ensureLayers(store, [layer.id], {
      progress: {
        began: () => told.push('began'),
        advanced: (_lazy, bytes) => told.push(String(bytes)),
        ended: (_lazy, error) => told.push(`ended ${error}`),
      },
    });
    expect(told[0]).toBe('began');
    expect(told.slice(-2)).toEqual([String(layer.blob.length), 'ended undefined']);
  });
});

describe('a lazy layer in the store', () => {
  test('lasts as long as something names it, and takes no space', async () => {
    const named = lazyLayer({ f: 'named' });
    const lost = lazyLayer({ f: 'lost' });
    store.records.put('key', {
      layers: [named.id],
      ownLayer: named.id,
      outputKey: 'out',
      created: 1,
      addedBytes: 0,
      description: 'RUN x',
    });
    await store.close();
    store = await Store.open({ root, provider: shelf });
    expect(store.records.get('key')).toBeDefined();
    const { bytes } = await store.prune();
    expect(bytes).toBe(0);
    expect(store.layers.get(named.id)?.lazy).toBeDefined();
    expect(store.layers.get(lost.id)).toBeUndefined();
    await ensureLayers(store, [named.id]);
    await store.prune({ cache: 'all' });
    expect(show(named)).toEqual(['f file 700 named']);
    await store.close();
    store = await Store.open({ root, provider: shelf });
    await store.prune({ cache: 'all' });
    expect(readdirSync(join(root, 'layers'))).toEqual([]);
  });

  test('learns further sources', () => {
    const layer = lazyLayer({ f: 'text' });
    const source = { kind: 'layout', directory: '/images' } as const;
    store.layers.addSource(layer.id, source);
    store.layers.addSource(layer.id, source);
    expect(store.layers.get(layer.id)?.lazy?.sources).toEqual([source, ...layer.lazy.sources]);
  });
});
