/** Two processes with one store. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { bundleScript, type Script } from '../../test/support/script.ts';
import { addImage, addLayer, recordOf } from '../../test/support/store-content.ts';
import { type LayerMeta, Store } from './index.ts';

/** Evaluates each input line as JavaScript, with `store` in scope, and replies with the result as JSON. */
const SERVANT = `
  import { createRequire } from 'node:module';
  import { createInterface } from 'node:readline';
  import { Store } from './store/index.ts';
  const root = process.argv[2];
  const loaded = () => Object.keys(createRequire(import.meta.url).cache);
  let store;
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const result = await new Function('s', 'root', 'Store', 'loaded', \`return (async () => {
        with (s) { \${line} }
      })()\`)({ get store() { return store; }, set store(value) { store = value; } }, root, Store, loaded);
      console.log(JSON.stringify({ result }));
    } catch (error) {
      console.log(JSON.stringify({ code: error.code ?? String(error) }));
    }
  }
`;

let script: Script;
beforeAll(async () => {
  script = await bundleScript(SERVANT);
});
afterAll(() => script[Symbol.dispose]());

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lamina-lease-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

interface Answer {
  readonly result?: unknown;
  readonly code?: string;
}

class Other implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;

  /** @param command prefix of the process's command line, if any */
  constructor(...command: readonly string[]) {
    const [program = '', ...args] = [...command, process.execPath, script.path, root];
    this.#child = spawn(program, args, {
      env: script.env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: this.#child.stdout });
    this.#answers = lines[Symbol.asyncIterator]();
  }

  async do(line: string): Promise<Answer> {
    this.#child.stdin.write(`${line.replaceAll('\n', ' ')}\n`);
    const { value } = await this.#answers.next();
    return JSON.parse(value) as Answer;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}

/** A layer with a record and without a lease. */
async function prepareLayer(): Promise<LayerMeta> {
  await using store = await Store.open({ root });
  const layer = await addLayer(store);
  store.records.put('key', recordOf(layer));
  return layer;
}

async function pruneAll(): Promise<void> {
  await using store = await Store.open({ root });
  await store.prune({ cache: 'all', images: 'all' });
}

describe('a collector', () => {
  test('leaves the layers another process uses until that ends', async () => {
    const layer = await prepareLayer();
    await using other = new Other();
    await other.do('store = await Store.open({ root })');
    await other.do(`store.layers.directory('${layer.id}')`);
    await pruneAll();
    expect(existsSync(join(root, 'layers', layer.id, 'layer.tar'))).toBe(true);
    await other.kill();
    await pruneAll();
    expect(readdirSync(join(root, 'layers'))).toEqual([]);
    expect(readdirSync(join(root, 'leases'))).toEqual([]);
  });

  test('leaves temporary files of another process until it is killed', async () => {
    await using other = new Other();
    await other.do('store = await Store.open({ root })');
    await other.do('await store.temporaryDirectory()');
    await other.do('staged = await store.layers.stage()');
    await other.do(`const done = await store.layers.stage();
      await done.commit({ tree: false, tar: true, size: 1, files: 1, created: 1, times: 'set' })`);
    await other.do(`await store.blobs.write(Buffer.from('blob'))`);
    await pruneAll();
    expect(readdirSync(join(root, 'tmp'))).toHaveLength(2);
    expect(readdirSync(join(root, 'layers'))).toHaveLength(1);
    expect(readdirSync(join(root, 'blobs', 'sha256'))).toHaveLength(1);
    await other.kill();
    await pruneAll();
    for (const folder of ['tmp', 'layers', 'blobs/sha256', 'leases']) {
      expect(readdirSync(join(root, folder))).toEqual([]);
    }
  });

  test('may take a layer whose record was only read, and reports it', async () => {
    const layer = await prepareLayer();
    await using other = new Other();
    await other.do('store = await Store.open({ root })');
    expect(await other.do(`return store.records.get('key') !== undefined`)).toEqual({
      result: true,
    });
    await pruneAll();
    const answer = await other.do(`return store.layers.directory('${layer.id}')`);
    expect(answer).toEqual({ code: 'STORE_LAYER_GONE' });
  });

  test('does not let an image be recorded whose layers it took', async () => {
    await prepareLayer();
    await using other = new Other();
    await other.do('store = await Store.open({ root })');
    await other.do(`record = store.records.get('key')`);
    await pruneAll();
    const answer = await other.do(`
      const config = await store.blobs.write(Buffer.from('config'));
      store.images.put({ id: config.digest, manifestDigest: config.digest, created: 1, os: 'linux', size: 1,
        architecture: 'amd64', layers: [{ id: record.layers[0], diffId: config.digest, size: 1 }] });
      await store.flush();
    `);
    expect(answer).toEqual({ code: 'STORE_CONTENT_GONE' });
    await using store = await Store.open({ root });
    expect(store.images.list()).toEqual([]);
  });

  test('forgets a cache record whose layers it took before it was recorded', async () => {
    const layer = await prepareLayer();
    await using other = new Other();
    await other.do('store = await Store.open({ root })');
    await other.do(`record = store.records.get('key')`);
    await pruneAll();
    expect(await other.do(`store.records.put('next', record); await store.flush()`)).toEqual({});
    expect(await other.do(`return store.records.get('next') ?? null`)).toEqual({ result: null });
    expect(layer.id).toMatch(/^[0-9a-f]{32}$/);
  });
});

test('temporary files of a killed process are removed when the next one takes a lease', async () => {
  await using other = new Other();
  await other.do('store = await Store.open({ root })');
  await other.do('await store.temporaryDirectory()');
  await other.kill();
  await using store = await Store.open({ root });
  const own = await store.temporaryDirectory();
  await vi.waitFor(() => expect(readdirSync(join(root, 'leases'))).toHaveLength(1));
  expect(readdirSync(join(root, 'tmp'))).toEqual([basename(own)]);
});

test('processes with the same id in different namespaces share a store', async () => {
  await using one = new Other('unshare', '--pid', '--fork', '--kill-child');
  await using two = new Other('unshare', '--pid', '--fork', '--kill-child');
  const record = (key: string): string => `store = await Store.open({ root });
    store.facts.put('test', '${key}', process.pid); await store.flush(); return process.pid`;
  for (const [process, key] of [
    [one, 'one'],
    [two, 'two'],
    [one, 'three'],
  ] as const) {
    expect(await process.do(record(key))).toEqual({ result: 1 });
  }
  const read = `return ['one', 'two', 'three'].map((key) => store.facts.get('test', key))`;
  expect(await two.do(read)).toEqual({ result: [1, 1, 1] });
});

test('a fully cached build takes no lease and loads no native code', async () => {
  {
    await using store = await Store.open({ root });
    const layer = await addLayer(store);
    store.records.put('key', recordOf(layer));
    store.images.tag((await addImage(store, 'config', layer)).id, 'app');
  }
  await using other = new Other();
  const answer = await other.do(`
    store = await Store.open({ root });
    const record = store.records.get('key');
    const image = store.images.resolve('app');
    const meta = store.layers.get(record.layers[0]);
    store.layers.location(meta.id);
    store.records.put('key', record);
    await store.blobs.write(await store.blobs.read(image.id));
    store.images.put(image);
    store.images.tag(image.id, 'app');
    await store.close();
    return loaded().filter((path) => path.includes('koffi'));
  `);
  expect(answer).toEqual({ result: [] });
  expect(readdirSync(join(root, 'leases'))).toEqual([]);
});

test('a killed reader keeps no space of the database', async () => {
  await prepareLayer();
  await using other = new Other();
  await other.do(`store = await Store.open({ root }); store.records.get('key')`);
  await other.kill();
  await using store = await Store.open({ root });
  for (let round = 0; round < 200; round++) {
    store.facts.put('growth', 'same', { round, filler: 'x'.repeat(50_000) });
    await store.flush();
  }
  for (const name of ['store.db', 'store.db-wal']) {
    expect(statSync(join(root, 'db', name)).size).toBeLessThan(6_000_000);
  }
});
