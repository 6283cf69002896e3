import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { lent } from '../../test/support/tars.ts';
import { encodeHeader } from './encode.ts';
import { compressEstargz, type EstargzInfo } from './estargz.ts';
import { END_OF_ARCHIVE, padding, type TarHeader } from './header.ts';
import { readContent, readTar } from './read.ts';

const MIB = 1 << 20;

function member(
  header: Partial<TarHeader> & { path: string },
  content: Uint8Array = Buffer.alloc(0),
) {
  const full: TarHeader = {
    ...{ type: 'file', mode: 0o644, uid: 0, gid: 0, size: content.length, mtime: 0, mtimeNs: 0 },
    ...header,
  };
  return Buffer.concat([encodeHeader(full), content, Buffer.alloc(padding(content.length))]);
}

function noise(size: number): Buffer {
  let state = size;
  return Buffer.from(
    Array.from({ length: size }, () => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return state >>> 16;
    }),
  );
}

const LARGE = Buffer.alloc(9 * MIB + 5, noise(4999));

function sample(): Buffer {
  return Buffer.concat([
    member({ path: 'etc', type: 'directory', mode: 0o755, mtime: 1_700_000_000 }),
    member({ path: 'etc/a', uid: 7, gid: 8, xattrs: { 'user.x': '\x00\xff' } }, Buffer.from('one')),
    member({ path: 'etc/empty' }),
    member({ path: 'etc/link', type: 'symlink', linkTarget: 'a', mode: 0o777 }),
    member({ path: 'etc/again', type: 'hardlink', linkTarget: 'etc/a' }),
    member({ path: 'large', mtime: 5, mtimeNs: 600_000_000 }, LARGE),
    member({ path: 'four' }, Buffer.alloc(4 * MIB, 'y')),
    member({ path: 'dev', type: 'char', devMajor: 5, devMinor: 1 }),
    END_OF_ARCHIVE,
    Buffer.alloc(7 * 512),
  ]);
}

async function compress(source: AsyncIterable<Uint8Array>, level?: number) {
  const parts: Uint8Array[] = [];
  const generator = compressEstargz(source, { level });
  for (;;) {
    const next = await generator.next();
    if (next.done === true) return { blob: Buffer.concat(parts), info: next.value };
    parts.push(next.value);
  }
}

interface Toc {
  readonly version: number;
  readonly entries: readonly Record<string, string | number>[];
}

/** Finds the table as the specification requires, from the last 51 bytes. */
function tableOf(blob: Buffer): { toc: Toc; bytes: Buffer; offset: number } {
  const footer = blob.subarray(-51);
  expect([...footer.subarray(0, 4)]).toEqual([0x1f, 0x8b, 8, 4]);
  expect(footer.readUInt16LE(10)).toBe(26);
  expect(footer.toString('latin1', 12, 14)).toBe('SG');
  expect(footer.readUInt16LE(14)).toBe(22);
  expect(footer.toString('latin1', 32, 38)).toBe('STARGZ');
  const offset = Number.parseInt(footer.toString('latin1', 16, 32), 16);
  const tar = gunzipSync(blob.subarray(offset, -51));
  expect(tar.toString('latin1', 0, 17)).toBe('stargz.index.json');
  const size = Number.parseInt(tar.toString('latin1', 124, 135), 8);
  const bytes = tar.subarray(512, 512 + size);
  return { toc: JSON.parse(bytes.toString()), bytes, offset };
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

describe('compressEstargz', () => {
  it('is the tar, the table of contents and an empty footer to a reader of gzip', async () => {
    const { blob, info } = await compress(lent(sample(), MIB));
    const unpacked = gunzipSync(blob);
    expect(unpacked.subarray(0, sample().length).equals(sample())).toBe(true);
    const { bytes } = tableOf(blob);
    expect(info).toEqual<EstargzInfo>({
      tocDigest: sha256(bytes),
      uncompressedDigest: sha256(unpacked),
      uncompressedSize: unpacked.length,
    });
    expect(gunzipSync(blob.subarray(-51))).toHaveLength(0);
    const names: string[] = [];
    for await (const { header } of readTar([unpacked.subarray(sample().length)])) {
      names.push(header.path);
    }
    expect(names).toEqual(['stargz.index.json']);
  });

  it('lists every file, and each piece of a large one', async () => {
    const { toc } = tableOf((await compress(lent(sample(), MIB))).blob);
    expect(toc.version).toBe(1);
    const plain = toc.entries.map(({ offset, digest, chunkDigest, ...entry }) => entry);
    expect(plain).toEqual([
      { name: 'etc/', type: 'dir', mode: 0o755, modtime: '2023-11-14T22:13:20Z' },
      {
        ...{ name: 'etc/a', type: 'reg', size: 3, mode: 0o644, uid: 7, gid: 8 },
        xattrs: { 'user.x': 'AP8=' },
      },
      { name: 'etc/empty', type: 'reg', mode: 0o644 },
      { name: 'etc/link', type: 'symlink', linkName: 'a', mode: 0o777 },
      { name: 'etc/again', type: 'hardlink', linkName: 'etc/a', mode: 0o644 },
      {
        ...{ name: 'large', type: 'reg', size: LARGE.length, mode: 0o644, chunkSize: 4 * MIB },
        modtime: '1970-01-01T00:00:06Z',
      },
      { name: 'large', type: 'chunk', chunkOffset: 4 * MIB, chunkSize: 4 * MIB },
      { name: 'large', type: 'chunk', chunkOffset: 8 * MIB },
      { name: 'four', type: 'reg', size: 4 * MIB, mode: 0o644 },
      { name: 'dev', type: 'char', mode: 0o644, devMajor: 5, devMinor: 1 },
    ]);
  });

  it('lets every piece of content be read from its offset, and verified', async () => {
    const { blob } = await compress(lent(sample(), 12_345));
    const { toc, offset: end } = tableOf(blob);
    const contents = new Map<string, Buffer>();
    for await (const file of readTar([sample()])) {
      contents.set(file.header.path, await readContent(file, 16 * MIB));
    }
    const digests = new Map<unknown, unknown>();
    for (const entry of toc.entries) {
      const content = contents.get(String(entry.name)) ?? Buffer.alloc(0);
      if (entry.digest !== undefined) digests.set(entry.name, entry.digest);
      if (entry.chunkDigest === undefined) continue;
      const from = Number(entry.chunkOffset ?? 0);
      const piece = content.subarray(from, from + Number(entry.chunkSize ?? content.length));
      const read = gunzipSync(blob.subarray(Number(entry.offset), end)).subarray(0, piece.length);
      expect(read.equals(piece)).toBe(true);
      expect(entry.chunkDigest).toBe(sha256(piece));
    }
    expect([...digests.keys()]).toEqual(['etc/a', 'etc/empty', 'large', 'four']);
    for (const [name, digest] of digests) {
      expect(digest).toBe(sha256(contents.get(String(name)) ?? Buffer.alloc(0)));
    }
  });

  it('writes the same bytes however the tar is chunked', async () => {
    const { blob } = await compress(lent(sample(), 1 << 22));
    for (const size of [70_001]) {
      expect((await compress(lent(sample(), size))).blob.equals(blob)).toBe(true);
    }
    expect((await compress(lent(sample(), 1 << 22), 1)).blob.equals(blob)).toBe(false);
  });

  it('accepts an empty tar, and one with very many headers', async () => {
    const empty = await compress(lent(END_OF_ARCHIVE, 512));
    expect(tableOf(empty.blob).toc.entries).toEqual([]);
    const many = Buffer.concat(
      Array.from({ length: 17_000 }, (_, at) => member({ path: `f${at}` })).concat(
        member({ path: 'last' }, Buffer.from('x')),
      ),
    );
    const { blob } = await compress(lent(many, MIB));
    expect(gunzipSync(blob).subarray(0, many.length).equals(many)).toBe(true);
    const last = tableOf(blob).toc.entries.at(-1);
    expect(gunzipSync(blob.subarray(Number(last?.offset))).toString('latin1', 0, 1)).toBe('x');
  });

  it.each(['stargz.index.json', './stargz.index.json', '/stargz.index.json'])(
    'refuses a tar that has a table already: %s',
    async (path) => {
      const tar = Buffer.concat([member({ path }, Buffer.from('{}')), END_OF_ARCHIVE]);
      await expect(compress(lent(tar, 512))).rejects.toMatchObject({ code: 'ARCHIVE_UNSUPPORTED' });
    },
  );

  it('stops early without harm', async () => {
    for await (const _ of compressEstargz(lent(sample(), MIB))) break;
  });
});
