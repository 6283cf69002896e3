import { hash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openTestStore } from '../../test/support/layers.ts';
import { END_OF_ARCHIVE, encodeHeader, padding, type TarHeader } from '../archive/index.ts';
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
      const scanned = await scanTar(pieces(bytes, size));
      const plain = scanned.entries.map((entry) =>
        entry.kind === 'entry' ? { ...entry, digest: undefined } : entry,
      );
      expect(plain).toEqual(entries);
      expect(scanned).toMatchObject({ diffId: imported.diffId, size: bytes.length });
      const digests = Object.fromEntries(
        scanned.entries.map((entry) => [entry.path, 'digest' in entry ? entry.digest : undefined]),
      );
      const digestOf = (content: string) => `sha512-256:${hash('sha512-256', content)}`;
      expect(digests).toMatchObject({
        'd/large': digestOf('large '.repeat(500)),
        'd/link': digestOf('large '.repeat(500)),
        twice: digestOf('second'),
      });
    }
  });

  it('hands over the wanted contents, with their digests', async () => {
    const seen: Record<string, string> = {};
    await scanTar(pieces(tar(...MEMBERS), 100), {
      inspect: ({ path, size }) => {
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
      },
    });
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
    const { entries } = await scanTar([bytes], { base: { lookup: (path) => below.get(path) } });
    expect(entries).toMatchObject([
      { path: 'd', type: 'directory', mode: 0o711 },
      { path: 'd/new', type: 'file', mode: 0o600, size: 3 },
    ]);
    await expect(scanTar([bytes])).rejects.toMatchObject({ code: 'LAYER_HARDLINK_TARGET_MISSING' });
  });

  it('refuses a tar that was cut off', async () => {
    const bytes = tar(...MEMBERS).subarray(0, 1600);
    await expect(scanTar([bytes])).rejects.toMatchObject({ code: 'ARCHIVE_TRUNCATED' });
  });
});
