import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { header, lent, pack, unpack } from '../../test/support/tars.ts';
import { AppError } from '../errors.ts';
import { encodeHeader } from './encode.ts';
import { FIELDS, writeChecksum, writeOctal } from './fields.ts';
import { END_OF_ARCHIVE, padding } from './header.ts';
import { TarParser } from './parser.ts';
import { readTar } from './read.ts';

/** A header block of any type and size, changed before its checksum is written. */
function block(type: string, size: number, change?: (bytes: Buffer) => void): Buffer {
  const bytes = encodeHeader(header({ path: 'member' }));
  bytes.write(type, FIELDS.type[0], 'latin1');
  writeOctal(bytes, FIELDS.size, size);
  change?.(bytes);
  writeChecksum(bytes);
  return bytes;
}

function padded(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  return Buffer.concat([bytes, Buffer.alloc(padding(bytes.length))]);
}

function special(type: string, text: string): Buffer {
  return Buffer.concat([block(type, Buffer.from(text, 'latin1').length), padded(text)]);
}

/** One pax record with its length. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length++;
  return length + rest;
}

const failure = (code: string): unknown => expect.objectContaining({ code });
const rejects = async (bytes: Buffer, code: string): Promise<void> => {
  await expect(unpack(bytes)).rejects.toEqual(failure(code));
};

describe('what TarParser reads', () => {
  it('GNU long names and link targets', async () => {
    const name = `${'n'.repeat(200)}/${'n'.repeat(200)}`;
    const archive = [
      special('L', `${name}\0`),
      special('K', `${name}2\0`),
      block('2', 0),
      END_OF_ARCHIVE,
    ];
    const [member] = await unpack(Buffer.concat(archive));
    expect(member?.header).toMatchObject({ path: name, linkTarget: `${name}2`, type: 'symlink' });
  });

  it('numbers in base 256, negative ones too', async () => {
    const number = block('0', 0, (bytes) => {
      bytes.fill(0xff, FIELDS.mtime[0], FIELDS.mtime[0] + 12);
      bytes.fill(0, FIELDS.uid[0], FIELDS.uid[0] + 8);
      bytes[FIELDS.uid[0]] = 0x80;
      bytes.writeUInt32BE(3_000_000_000, FIELDS.uid[0] + 4);
    });
    const [member] = await unpack(number);
    expect(member?.header).toMatchObject({ mtime: -1, uid: 3_000_000_000 });
  });

  it('a directory of v7, marked by nothing but a slash', async () => {
    const v7 = block('\0', 0, (bytes) => {
      bytes.fill(0, 257, 512);
      bytes.write('old/\0\0\0', 0);
    });
    expect((await unpack(v7))[0]?.header).toMatchObject({ path: 'old/', type: 'directory' });
  });

  it('a checksum summed over signed bytes', async () => {
    const bytes = block('0', 0, (each) => each.write('\xe9\xe9', 0, 'latin1'));
    const stored = Number.parseInt(bytes.toString('latin1', 148, 154), 8);
    writeOctal(bytes, [148, 7], stored - 512);
    expect((await unpack(bytes))[0]?.header.path).toBe('\xe9\xe9mber');
  });

  it('times before 1970 with a fraction', async () => {
    const archive = [special('x', record('mtime', '-1.25')), block('0', 0)];
    const [member] = await unpack(Buffer.concat(archive));
    expect(member?.header).toMatchObject({ mtime: -2, mtimeNs: 750_000_000 });
  });

  it('a global header, which the own header of a member overrides', async () => {
    const archive = [
      special('g', record('mtime', '7') + record('comment', 'x') + record('path', 'all')),
      block('0', 0),
      special('x', record('mtime', '8')),
      block('0', 0),
    ];
    const read = await unpack(Buffer.concat(archive));
    expect(read.map((member) => [member.header.path, member.header.mtime])).toEqual([
      ['member', 7],
      ['member', 8],
    ]);
  });

  it('a content only as long as the header of a link does not declare', async () => {
    const archive = Buffer.concat([block('1', 5000), block('0', 0), END_OF_ARCHIVE]);
    expect((await unpack(archive)).map((member) => member.storedSize)).toEqual([0, 0]);
  });

  it('an archive without closing blocks, and a member without padding', async () => {
    expect(
      (await unpack(Buffer.concat([block('0', 3), Buffer.from('abc')])))[0]?.content.toString(),
    ).toBe('abc');
    expect(await unpack(Buffer.alloc(0))).toEqual([]);
  });

  it('no member in a volume label, nor after the end', async () => {
    const archive = [block('V', 0), block('0', 0), END_OF_ARCHIVE, block('0', 0)];
    expect(await unpack(Buffer.concat(archive))).toHaveLength(1);
  });
});

describe('what TarParser refuses', () => {
  it('more members than it may read', () => {
    const count = (members: number) => {
      const parser = new TarParser({ mostMembers: 3 });
      for (let left = members; left > 0; left--) {
        parser.push(encodeHeader(header({ path: `f${left}` })));
        while (parser.next() !== undefined);
      }
    };
    expect(() => count(3)).not.toThrow();
    expect(() => count(4)).toThrow(
      expect.objectContaining({
        code: 'ARCHIVE_LIMIT',
        message: 'the archive has more than 3 entries',
      }),
    );
  });

  const whole = pack([{ header: header({ path: 'a' }), content: Buffer.alloc(1000, 1) }]);

  it('a wrong checksum', async () => {
    const bytes = Buffer.from(whole);
    bytes[0] = 0x62;
    await rejects(bytes, 'ARCHIVE_CORRUPT');
  });

  it('an end inside a header, a content or an extended header', async () => {
    await rejects(whole.subarray(0, 100), 'ARCHIVE_TRUNCATED');
    await rejects(whole.subarray(0, 512), 'ARCHIVE_TRUNCATED');
    await rejects(whole.subarray(0, 1511), 'ARCHIVE_TRUNCATED');
    const extended = encodeHeader(header({ path: 'x'.repeat(300) }));
    for (const end of [512, 600, 1024])
      await rejects(extended.subarray(0, end), 'ARCHIVE_TRUNCATED');
  });

  it('members after a single zero block', async () => {
    await rejects(Buffer.concat([Buffer.alloc(512), whole]), 'ARCHIVE_CORRUPT');
  });

  it('extended headers of absurd size, before their content comes', async () => {
    for (const type of ['x', 'g', 'L', 'K'])
      await rejects(block(type, 0o7777777777), 'ARCHIVE_LIMIT');
  });

  it('malformed pax records', async () => {
    for (const text of [
      '5 a=b\n',
      '6 a=b',
      '9 =abcde\n',
      'x a=b\n',
      '0 a=b\n',
      '99 a=b\n',
      '6 ab\n\n',
    ]) {
      await rejects(Buffer.concat([special('x', text), block('0', 0)]), 'ARCHIVE_CORRUPT');
    }
  });

  it('numbers it cannot hold', async () => {
    for (const [key, value] of [
      ['size', '-1'],
      ['size', '99999999999999999999'],
      ['uid', 'root'],
      ['mtime', '1e9'],
      ['path', 'a\0b'],
    ] as const) {
      await rejects(
        Buffer.concat([special('x', record(key, value)), block('0', 0)]),
        'ARCHIVE_CORRUPT',
      );
    }
  });

  it('sparse maps that overlap, leave the file or do not add up', async () => {
    const map = (text: string, size: string): string =>
      record('GNU.sparse.map', text) + record('GNU.sparse.size', size);
    for (const text of [
      map('0,5,3,5', '100'),
      map('95,10', '100'),
      map('0,9', '100'),
      map('0,5,10', '100'),
    ]) {
      const archive = [special('x', text), block('0', 10), padded('0123456789')];
      await rejects(Buffer.concat(archive), 'ARCHIVE_CORRUPT');
    }
  });

  it('sparse maps without end', async () => {
    const extended = Buffer.alloc(512);
    for (let at = 0; at < 504; at += 12) extended.write('00000000000\0', at);
    extended[504] = 1;
    const start = block('S', 0, (bytes) => {
      bytes.write('00000000000\0', 483);
      bytes[482] = 1;
    });
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield start;
      for (;;) yield extended;
    }
    const read = async (): Promise<void> => {
      for await (const _ of readTar(endless()));
    };
    await expect(read()).rejects.toEqual(failure('ARCHIVE_LIMIT'));
  });

  it('unknown types', async () => {
    await rejects(block('Z', 0), 'ARCHIVE_UNSUPPORTED');
    await rejects(block('M', 0), 'ARCHIVE_UNSUPPORTED');
  });

  it('damaged archives, with nothing but its own errors', async () => {
    const sparse = Buffer.concat([
      special(
        'x',
        record('GNU.sparse.major', '1') +
          record('GNU.sparse.minor', '0') +
          record('GNU.sparse.realsize', '9000'),
      ),
      block('0', 1024),
      padded('1\n4096\n512\n'),
      Buffer.alloc(512, 0x61),
    ]);
    const archive = Buffer.concat([sparse, special('L', 'long\0'), whole]);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { maxLength: 5 }),
        fc.boolean(),
        async (changes, repairs) => {
          const bytes = Buffer.from(archive);
          for (const [at, value] of changes) bytes[at] = value;
          if (repairs)
            for (const at of [0, 1024, 2560, 3584]) writeChecksum(bytes.subarray(at, at + 512));
          try {
            for await (const member of readTar(lent(bytes, 700))) {
              if (member.header.size > 1e6) continue;
              let size = 0;
              for await (const chunk of member.content) size += chunk.length;
              expect(size).toBe(member.header.size);
            }
          } catch (error) {
            if (!(error instanceof AppError)) throw error;
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('skip', () => {
  it('passes over content, and finds the same members', () => {
    const archive = pack([
      { header: header({ path: 'a' }), content: Buffer.alloc(3000, 'a') },
      { header: header({ path: 'b' }), content: Buffer.alloc(0) },
      { header: header({ path: 'c' }), content: Buffer.from('hello') },
    ]);
    const list = (isSkipping: boolean): { paths: string[]; read: number } => {
      const parser = new TarParser();
      const paths: string[] = [];
      let read = 0;
      for (let at = 0; at < archive.length; ) {
        parser.push(archive.subarray(at, at + 512));
        for (let event = parser.next(); event !== undefined; event = parser.next()) {
          if (event.kind === 'member') paths.push(`${event.header.path} ${event.offset}`);
        }
        at += 512;
        read += 512;
        if (isSkipping) at += parser.skip(archive.length - at);
      }
      parser.end();
      return { paths, read };
    };
    expect(list(true).paths).toEqual(list(false).paths);
    expect(list(true).read).toBeLessThanOrEqual(list(false).read - 2500);
  });

  it('does not pass over the end of the archive unseen', () => {
    const parser = new TarParser();
    parser.push(encodeHeader(header({ path: 'a', size: 3000 })));
    expect(parser.next()).toMatchObject({ kind: 'member' });
    expect(parser.next()).toBeUndefined();
    expect(parser.skip(1000)).toBe(1000);
    expect(() => parser.end()).toThrow(AppError);
  });
});
