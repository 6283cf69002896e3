import { hash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openTestStore } from '../../test/support/layers.ts';
import { END_OF_ARCHIVE, encodeHeader, padding, type TarHeader } from '../archive/index.ts';
import { ContentDigests } from './content-digests.ts';
import { importTar } from './import-tar.ts';
import { readIndex } from './index-codec.ts';
import { scanTar } from './scan-tar.ts';

function tar(...members: readonly (Partial<TarHeader> & { readonly content?: string })[]): Buffer {
  const parts = members.flatMap(({ content = '', ...member }) => {
    const base = {
      path: '',
      type: 'file',
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtime: 1,
      mtimeNs: 0,
    } as const;
    const header = encodeHeader({ ...base, ...member, size: content.length });
    return [header, Buffer.from(content, 'latin1'), Buffer.alloc(padding(content.length))];
  });
  return Buffer.concat([...parts, END_OF_ARCHIVE]);
}

const MEMBERS = [
  { path: 'd/', type: 'directory', mode: 0o755 },
  { path: 'd/large', content: 'large '.repeat(500) },
  { path: 'd/link', type: 'hardlink', linkTarget: 'd/large' },
  { path: 'd/.wh.gone' },
  { path: 'd/.wh..wh..opq' },
  { path: 'empty' },
  { path: 's', type: 'symlink', linkTarget: 'd/large' },
  { path: 'twice', content: 'first' },
  { path: 'twice', content: 'second' },
] as const;

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    await turn();
    yield bytes.subarray(at, at + size);
  }
}

describe('scanning a layer', () => {
  it('gives the index that importing it gives, with digests, however it is cut', async () => {
    const bytes = tar(...MEMBERS);
    const store = openTestStore();
    const imported = await importTar(store, [bytes]);
    const { entries } = readIndex(store.layers.directory(imported.id));
    for (const size of [1, 700, 1 << 20]) {
      const digests = new ContentDigests();
      const scanned = await scanTar(pieces(bytes, size), { inspector: digests });
      const plain = scanned.index.entries.map((entry) =>
        entry.kind === 'entry' ? { ...entry, digest: undefined } : entry,
      );
      expect(plain).toEqual(entries);
      expect(digests.identity()).toEqual({ diffId: imported.diffId, size: bytes.length });
      expect(scanned.index.tarSize).toBe(bytes.length);
      const found = Object.fromEntries(
        scanned.index.entries.map((entry) => [
          entry.path,
          'digest' in entry ? entry.digest : undefined,
        ]),
      );
      const digestOf = (content: string) => `sha512-256:${hash('sha512-256', content)}`;
      expect(found).toMatchObject({
        'd/large': digestOf('large '.repeat(500)),
        'd/link': digestOf('large '.repeat(500)),
        twice: digestOf('second'),
      });
    }
  });

  it('hands over the wanted contents, with their digests', async () => {
    const seen: Record<string, string> = {};
    const inspector = new ContentDigests(({ path, size }) => {
      if (!['d/large', 'empty'].includes(path)) return undefined;
      const parts: Buffer[] = [];
      return {
        add: (bytes) => void parts.push(Buffer.from(bytes)),
        end: (digest) => {
          const content = Buffer.concat(parts);
          expect(content.length).toBe(size);
          seen[path] = digest === `sha512-256:${hash('sha512-256', content)}` ? 'right' : digest;
        },
      };
    });
    await scanTar(pieces(tar(...MEMBERS), 100), { inspector });
    expect(seen).toEqual({ 'd/large': 'right', empty: 'right' });
  });

  it('takes metadata of directories and targets of links from the layers below', async () => {
    const entry = {
      type: 'file',
      mode: 0o600,
      uid: 7,
      gid: 7,
      size: 3,
      mtime: 5,
      mtimeNs: 0,
    } as const;
    const below = new Map([
      ['d', { ...entry, path: 'd', type: 'directory', mode: 0o711, size: 0 } as const],
      ['d/f', { ...entry, path: 'd/f' }],
    ]);
    const bytes = tar({ path: 'd/new', type: 'hardlink', linkTarget: 'd/f' });
    const { index } = await scanTar([bytes], { base: { lookup: (path) => below.get(path) } });
    expect(index.entries).toMatchObject([
      { path: 'd', type: 'directory', mode: 0o711 },
      { path: 'd/new', type: 'file', mode: 0o600, size: 3 },
    ]);
    await expect(scanTar([bytes])).rejects.toMatchObject({ code: 'LAYER_HARDLINK_TARGET_MISSING' });
  });

  it('follows a symlink that a member below it replaces only until then', async () => {
    const bytes = tar(
      { path: 'd', type: 'directory' },
      { path: 'd/s', type: 'symlink', linkTarget: '.' },
      { path: 'd/s/s', content: 'now a file' },
      { path: 'd/s/below' },
    );
    await expect(scanTar([bytes])).rejects.toMatchObject({ code: 'LAYER_INVALID_MEMBER' });
  });

  it('refuses a tar that was cut off', async () => {
    const bytes = tar(...MEMBERS).subarray(0, 1600);
    await expect(scanTar([bytes])).rejects.toMatchObject({ code: 'ARCHIVE_TRUNCATED' });
  });
});
