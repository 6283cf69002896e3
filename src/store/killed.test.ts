/** Processes that share a store, use each other's content, prune, and are killed at any moment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundleScript, type Script } from '../../test/support/script.ts';
import { Store } from './index.ts';

const BUILDER = `
  import { readFileSync, writeFileSync } from 'node:fs';
  import { Store } from './store/index.ts';
  const store = await Store.open({ root: process.argv[2] });
  const isGone = (error) => /^STORE_(LAYER|CONTENT|BLOB)_GONE$/.test(error.code);
  const held = [];
  const check = (id) => {
    const file = store.layers.directory(id) + '/layer.tar';
    if (readFileSync(file, 'utf8') !== id) throw new Error('layer ' + id + ' is damaged');
  };
  console.log('ready');
  for (let round = 0; ; round++) {
    for (const id of held) check(id);
    const keys = [...store.records.entries()].map(([key]) => key);
    const record = store.records.get(keys[Math.floor(Math.random() * keys.length)] ?? '');
    try {
      for (const id of record?.layers ?? []) {
        check(id);
        if (held.length < 20) held.push(id);
      }
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    const staged = await store.layers.stage();
    writeFileSync(staged.directory + '/layer.tar', staged.id);
    const { id } = await staged.commit({ tree: false, tar: true, size: 32, files: 1, created: 1, times: 'set' });
    const layers = [...held.slice(-3), id];
    store.records.put('key of ' + id, {
      layers, ownLayer: id, outputKey: id, created: 1, addedBytes: 32, description: 'RUN ' + id,
    });
    const config = await store.blobs.write(Buffer.from('config of ' + id));
    const manifest = await store.blobs.write(Buffer.from(JSON.stringify({ config })));
    store.images.put({
      id: config.digest, manifestDigest: manifest.digest, created: 1, os: 'linux', architecture: 'amd64', size: 32,
      layers: layers.map((id) => ({ id, diffId: config.digest, epoch: undefined, size: 32 })),
    });
    store.images.tag(config.digest, 'app' + (round % 5));
    try {
      if (round % 3 === 0) await store.flush();
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
`;

const COLLECTOR = `
  import { Store } from './store/index.ts';
  const store = await Store.open({ root: process.argv[2] });
  console.log('ready');
  for (;;) await store.prune({ cache: 'unused', unusedFor: 0, images: 'dangling' });
`;

let root: string;
let builder: Script;
let collector: Script;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'lamina-killed-'));
  [builder, collector] = await Promise.all([bundleScript(BUILDER), bundleScript(COLLECTOR)]);
});
afterAll(() => {
  builder[Symbol.dispose]();
  collector[Symbol.dispose]();
  rmSync(root, { recursive: true, force: true });
});

test('a store whose users are killed at any moment keeps all that its records name', async () => {
  for (let round = 0; round < 6; round++) {
    const scripts = round % 2 === 0 ? [builder, builder, collector] : [builder, builder];
    const children = scripts.map((script) => start(script));
    await Promise.all(children.map(({ ready }) => ready));
    for (const { child, ended } of children) {
      await delay(Math.random() * 150);
      child.kill('SIGKILL');
      expect(await ended).toEqual({ signal: 'SIGKILL', errors: '' });
    }
    await expectWhole();
  }
  await using store = await Store.open({ root });
  await store.prune();
  expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  expect(readdirSync(join(root, 'leases'))).toHaveLength(1);
});

/** Expects that all recorded content exists and the store is writable. */
async function expectWhole(): Promise<void> {
  await using store = await Store.open({ root });
  for (const [key, record] of store.records.entries()) {
    expect(store.records.get(key)).toEqual(record);
    for (const id of record.layers) {
      expect(readFileSync(join(store.layers.location(id), 'layer.tar'), 'utf8')).toBe(id);
    }
  }
  for (const image of store.images.list()) {
    expect(store.blobs.has(image.id) && store.blobs.has(image.manifestDigest)).toBe(true);
    for (const { id } of image.layers) expect(existsSync(store.layers.location(id))).toBe(true);
  }
  const staged = await store.layers.stage();
  await staged.discard();
}

interface Started {
  readonly child: ChildProcess;
  readonly ready: Promise<unknown>;
  readonly ended: Promise<{ signal: string | null; errors: string }>;
}

function start(script: Script): Started {
  const child = spawn(process.execPath, [script.path, root], {
    env: script.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  const ended = once(child, 'close').then(([, signal]) => ({ signal, errors }));
  return { child, ready: Promise.race([once(child.stdout, 'data'), ended]), ended };
}
