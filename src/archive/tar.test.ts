import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunked, header, lent, pack, unpack } from '../../test/support/tars.ts';
import { encodeHeader } from './encode.ts';
import { END_OF_ARCHIVE, type TarHeader, type TarType } from './header.ts';
import { isTar, readContent, readTar } from './read.ts';

const bytes = (options: {
  minLength?: number;
  maxLength: number;
  noNul?: boolean;
}): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: options.noNul === true ? 1 : 0, max: 255 }), options)
    .map((codes) => String.fromCharCode(...codes));
const longText = fc
  .integer({ min: 1, max: 400 })
  .map((length) => 'long/'.repeat(100).slice(0, length));
const name = fc.oneof(
  fc.stringMatching(/^[a-z]{1,8}(\/[a-z.]{1,60}){0,5}$/),
  bytes({ minLength: 1, maxLength: 300, noNul: true }),
  longText,
);
const time = fc.record({
  mtime: fc.oneof(fc.integer({ min: -1e10, max: 1e10 }), fc.integer({ min: -3, max: 3 })),
  mtimeNs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999_999 })),
});
const id = fc.oneof(
  fc.integer({ min: 0, max: 0o7777777 }),
  fc.integer({ min: 0, max: 2 ** 32 - 2 }),
);
const xattrs = fc.dictionary(
  fc.oneof(
    fc.stringMatching(/^[a-z]{1,8}\.[a-z_%=3D]{1,10}$/),
    fc.constantFrom('__proto__', 'user.a=b'),
  ),
  bytes({ maxLength: 40 }),
  { maxKeys: 3 },
);

function memberOf(type: TarType): fc.Arbitrary<{ header: TarHeader; content: Buffer }> {
  const isLink = type === 'symlink' || type === 'hardlink';
  const isDevice = type === 'char' || type === 'block';
  return fc
    .record({
      path: name.filter((path) => type === 'directory' || !path.endsWith('/')),
      mode: fc.integer({ min: 0, max: 0o7777 }),
      uid: id,
      gid: id,
      time,
      xattrs,
      linkTarget: name,
      device: fc.tuple(fc.integer({ min: 0, max: 4095 }), fc.integer({ min: 0, max: 1048575 })),
      content: fc.uint8Array({ maxLength: type === 'file' ? 1500 : 0 }),
    })
    .map(({ time: when, xattrs: attributes, linkTarget, device, content, ...rest }) => ({
      header: {
        ...rest,
        ...when,
        type,
        size: content.length,
        ...(isLink && { linkTarget }),
        ...(isDevice && { devMajor: device[0], devMinor: device[1] }),
        ...(Object.keys(attributes).length > 0 && { xattrs: attributes }),
      },
      content: Buffer.from(content),
    }));
}

const types: TarType[] = ['file', 'directory', 'symlink', 'hardlink', 'char', 'block', 'fifo'];
const members = fc.array(fc.oneof(...types.map(memberOf)), { maxLength: 6 });

/** Directories come back with the slash they are written with. */
function asRead(each: TarHeader): TarHeader {
  const needsSlash = each.type === 'directory' && !each.path.endsWith('/');
  return needsSlash ? { ...each, path: `${each.path}/` } : each;
}

describe('tar round trip', () => {
  it('returns every header and content, however the bytes are chunked', async () => {
    await fc.assert(
      fc.asyncProperty(members, fc.integer({ min: 1, max: 3000 }), async (packed, chunkSize) => {
        const archive = pack(packed);
        const unpacked = await unpack(archive, chunkSize);
        expect(unpacked.map((member) => member.header)).toEqual(
          packed.map((each) => asRead(each.header)),
        );
        for (const [index, member] of unpacked.entries()) {
          expect(member.content).toEqual(packed[index]?.content);
          const stored = archive.subarray(member.offset, member.offset + member.storedSize);
          expect(stored).toEqual(packed[index]?.content);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('writes the same bytes for the same header, in any order of its xattrs', () => {
    const one = encodeHeader(header({ path: 'f', xattrs: { 'user.b': '1', 'user.a': '2' } }));
    const two = encodeHeader(header({ path: 'f', xattrs: { 'user.a': '2', 'user.b': '1' } }));
    expect(one.equals(two)).toBe(true);
  });

  it('uses one block for what fits ustar', () => {
    const path = `${'d'.repeat(155)}/${'f'.repeat(100)}`;
    expect(encodeHeader(header({ path, mtime: 0o77777777777, uid: 0o7777777 })).length).toBe(512);
    expect(encodeHeader(header({ path: `${path}f` })).length).toBe(1536);
  });

  it('reads names, sizes and ids that need a pax record', async () => {
    const size = 9 * 1024 ** 3;
    const block = encodeHeader(header({ path: 'big', size, uid: 4_000_000_000 }));
    for await (const member of readTar([block, new Uint8Array(1)])) {
      expect(member.header).toMatchObject({ size, uid: 4_000_000_000 });
      expect(member.storedSize).toBe(size);
      break;
    }
  });

  it('refuses xattrs that no reader would take', () => {
    const xattrs = { 'user.big': 'x'.repeat(1 << 20) };
    expect(() => encodeHeader(header({ path: 'f', xattrs }))).toThrow(
      expect.objectContaining({ code: 'ARCHIVE_LIMIT' }),
    );
  });
});

describe('encodeHeader', () => {
  it("writes the bytes that Go's archive/tar writes for the same headers", async () => {
    const usual = { mtime: 100 };
    const xattrs = { 'user.x': 'a\0\n=', 'security.capability': '\x01\0' };
    const ours = Buffer.concat([
      encodeHeader(header({ ...usual, path: 'a' })),
      encodeHeader(header({ ...usual, path: 'd', type: 'directory', mode: 0o755 })),
      encodeHeader(header({ ...usual, path: `${'long/'.repeat(30)}x` })),
      encodeHeader(header({ ...usual, path: 'caf\xe9' })),
      encodeHeader(header({ ...usual, path: '\xc3\xa9/x', xattrs })),
      encodeHeader(
        header({
          ...usual,
          path: 's',
          type: 'symlink',
          linkTarget: 't',
          mode: 0o777,
          mtimeNs: 5e8,
        }),
      ),
      encodeHeader(header({ path: 'neg', mode: 0o777, mtime: -2, mtimeNs: 5e8 })),
      encodeHeader(
        header({
          ...usual,
          path: 'c',
          type: 'char',
          mode: 0o666,
          devMajor: 1,
          devMinor: 3,
          uid: 3e6,
        }),
      ),
      END_OF_ARCHIVE,
    ]);
    const golden = await readFile(join(import.meta.dirname, 'fixtures', 'go.tar.gz'));
    expect(ours.equals(gunzipSync(golden))).toBe(true);
  });
});

describe('readTar', () => {
  const two = pack([
    { header: header({ path: 'a' }), content: Buffer.from('first') },
    { header: header({ path: 'b' }), content: Buffer.from('second') },
  ]);

  it('skips unread contents', async () => {
    const paths: string[] = [];
    for await (const member of readTar(lent(two, 100))) paths.push(member.header.path);
    expect(paths).toEqual(['a', 'b']);
  });

  it('skips the rest of a content that was read in part', async () => {
    const seen: string[] = [];
    for await (const member of readTar(lent(two, 3))) {
      for await (const chunk of member.content) {
        seen.push(Buffer.from(chunk).toString());
        break;
      }
    }
    expect(seen.map((text) => text[0])).toEqual(['f', 's']);
  });

  it('refuses to read a content after the next member was requested', async () => {
    const iterator = readTar(chunked(two, 64));
    const first = await iterator.next();
    await iterator.next();
    if (first.done === true) throw new Error('no member');
    await expect(readContent(first.value, 10)).rejects.toThrow('too late');
  });

  it('closes its source when the caller stops early', async () => {
    let closed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield two;
        yield two;
      } finally {
        closed = true;
      }
    }
    for await (const _ of readTar(source())) break;
    expect(closed).toBe(true);
  });

  it('reads its source to the end, also after the archive', async () => {
    let ended = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      yield two;
      yield Buffer.from('anything');
      ended = true;
    }
    for await (const _ of readTar(source()));
    expect(ended).toBe(true);
  });

  it('refuses to collect a member above the limit', async () => {
    for await (const member of readTar([two])) {
      await expect(readContent(member, 4)).rejects.toMatchObject({ code: 'ARCHIVE_LIMIT' });
    }
  });

  it('tells archives from other files', async () => {
    expect(await isTar([two])).toBe(true);
    expect(await isTar([END_OF_ARCHIVE])).toBe(false);
    expect(await isTar([Buffer.from('#!/bin/sh\n'.repeat(100))])).toBe(false);
    expect(await isTar([two.subarray(0, 300)])).toBe(false);
    expect(await isTar([])).toBe(false);
  });
});
