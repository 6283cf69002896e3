import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { layoutShelf } from './layout-shelf.ts';

const CONTENT = 'a layer';
const HEX = createHash('sha256').update(CONTENT).digest('hex');

function layout(): string {
  const directory = temporaryDirectory('cache');
  mkdirSync(join(directory, 'blobs/sha256'), { recursive: true });
  writeFileSync(join(directory, 'blobs/sha256', HEX), CONTENT);
  return directory;
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

it('gives a daemon the blobs of the layout, from any byte on', async () => {
  const shelf = layoutShelf(layout());
  expect(shelf.size(`sha256:${HEX}`)).toBe(CONTENT.length);
  expect(await textOf(shelf.read(`sha256:${HEX}`, 2))).toBe('layer');
  expect(shelf.receive).toBeUndefined();
});

it('gives a hostile daemon nothing else of this machine', async () => {
  const directory = layout();
  const canary = join(directory, 'canary');
  writeFileSync(canary, 'secret');
  const linked = 'f'.repeat(64);
  symlinkSync(canary, join(directory, 'blobs/sha256', linked));
  const shelf = layoutShelf(directory);
  for (const asked of ['sha256:../../canary', `sha256:${linked}`, '../canary', canary, '']) {
    expect(shelf.size(asked), asked).toBeUndefined();
  }
  expect(await textOf(shelf.read('sha256:../../canary', 0))).toBe('');
});
