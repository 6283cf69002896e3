import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunked, collect, lent } from '../../test/support/tars.ts';
import { AppError } from '../errors.ts';
import { decompress, detectCompression } from './decompress.ts';
import { compressGzip } from './gzip.ts';

const fixture = (name: string): Promise<Buffer> =>
  readFile(join(import.meta.dirname, 'fixtures', name));

/** Text, zeros, noise and text again: the fixtures contain this twice. */
function sample(): Buffer {
  let state = 12345;
  const next = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state >>> 16;
  };
  const words = ['layer', 'digest', 'index', 'blob', 'stage', 'target', 'context', 'mount'];
  const text = Array.from({ length: 3000 }, () => words[next() % 8]).join(' ');
  const noise = Buffer.from(Array.from({ length: 2000 }, () => next() & 255));
  return Buffer.concat([
    Buffer.from(text),
    Buffer.alloc(150_000),
    noise,
    Buffer.from(`${text}\n${text}`),
  ]);
}

const compressed: [string, () => Promise<Buffer>][] = [
  ['gzip', async () => Buffer.concat([gzipSync(sample()), gzipSync(sample(), { level: 1 })])],
  ['bzip2', () => fixture('sample.bz2')],
  ['xz', () => fixture('sample.xz')],
  ['zstd', () => fixture('sample.zst')],
];

describe('decompress', () => {
  const twice = Buffer.concat([sample(), sample()]);

  for (const [format, make] of compressed) {
    it(`decodes ${format} data, several streams in a row, however it is cut`, async () => {
      const bytes = await make();
      expect(detectCompression(bytes)).toBe(format);
      for (const size of [bytes.length, 4096, 7]) {
        expect((await collect(decompress(lent(bytes, size)))).equals(twice)).toBe(true);
      }
    });

    it(`takes ${format} data that is cut off as an error`, async () => {
      const bytes = await make();
      for (const end of [bytes.length - 1, bytes.length - 9, 3000, 12]) {
        await expect(collect(decompress([bytes.subarray(0, end)]))).rejects.toMatchObject({
          code: 'ARCHIVE_TRUNCATED',
        });
      }
    });

    it(`answers damaged ${format} data with its own errors only`, async () => {
      const bytes = await make();
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(Math.min(bytes.length - 1, 6000)), fc.nat(255)), {
            minLength: 1,
            maxLength: 3,
          }),
          async (changes) => {
            const damaged = Buffer.from(bytes);
            for (const [at, value] of changes) damaged[at] = value;
            try {
              for await (const _ of decompress([damaged]));
            } catch (error) {
              if (!(error instanceof AppError)) throw error;
            }
          },
        ),
        { numRuns: 40 },
      );
    });
  }

  it('notices damage that only the checksums of bzip2 and xz show', async () => {
    for (const [name, at] of [
      ['sample.bz2', 11],
      ['sample.xz', 9000],
    ] as const) {
      const bytes = await fixture(name);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await expect(collect(decompress([bytes]))).rejects.toMatchObject({ code: 'ARCHIVE_CORRUPT' });
    }
  });

  it('finds the next gzip member wherever a chunk ends', async () => {
    const one = gzipSync('first ');
    const both = Buffer.concat([one, gzipSync('second')]);
    for (let end = one.length - 9; end <= one.length + 11; end++) {
      const chunks = [both.subarray(0, end), both.subarray(end)];
      expect((await collect(decompress(chunks))).toString()).toBe('first second');
    }
  });

  it('frees each output when the next one is requested', async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of decompress([gzipSync(Buffer.alloc(2_000_000))])) chunks.push(chunk);
    const left = chunks.filter(({ length }) => length > 0);
    expect(left.length).toBeLessThanOrEqual(1);
    expect(chunks.length).toBeGreaterThan(4);
  });

  it('passes everything else through', async () => {
    for (const text of ['', 'x', 'BZh9 is no bzip2', 'plain text '.repeat(100)]) {
      expect((await collect(decompress(chunked(Buffer.from(text), 3)))).toString()).toBe(text);
    }
  });

  it('reads its source to the end, also after the compressed data', async () => {
    let ended = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      yield gzipSync('content');
      for (let index = 0; index < 100; index++) yield Buffer.alloc(1000);
      ended = true;
    }
    expect((await collect(decompress(source()))).toString()).toBe('content');
    expect(ended).toBe(true);
  });

  it('hands on an error of its source', async () => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield gzipSync('content').subarray(0, 15);
      throw new Error('connection lost');
    }
    await expect(collect(decompress(source()))).rejects.toThrow('connection lost');
  });

  it('closes its source when the caller stops early', async () => {
    let closed = false;
    const bytes = gzipSync(sample(), { level: 0 });
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield* chunked(bytes, 10_000);
      } finally {
        closed = true;
      }
    }
    for await (const _ of decompress(source())) break;
    expect(closed).toBe(true);
  });

  it('refuses windows of zstd that would take too much memory', async () => {
    const huge = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 1, 0, 0]);
    await expect(collect(decompress([huge]))).rejects.toMatchObject({ code: 'ARCHIVE_LIMIT' });
  });
});

describe('compressGzip', () => {
  it('writes valid gzip, the same bytes for the same input however it is chunked', async () => {
    const input = Buffer.concat([sample(), sample(), sample(), sample(), sample(), sample()]);
    const once = await collect(compressGzip([input]));
    const cut = await collect(compressGzip(lent(input, 70_001)));
    expect(gunzipSync(once).equals(input)).toBe(true);
    expect(cut.equals(once)).toBe(true);
    expect(once.length).toBeLessThan(input.length / 10);
  });

  it('stores what does not compress, and compresses what only looks like it', async () => {
    const MIB = 1 << 20;
    const random = randomBytes(2 * MIB);
    const repeated = Buffer.alloc(2 * MIB, randomBytes(10_000));
    const input = Buffer.concat([random, repeated, sample(), random.subarray(0, 100_000)]);
    const once = await collect(compressGzip([input]));
    const cut = await collect(compressGzip(lent(input, 70_001)));
    expect(gunzipSync(once).equals(input)).toBe(true);
    expect(cut.equals(once)).toBe(true);
    expect(once.includes(random.subarray(1000, 60_000))).toBe(true);
    expect(once.length).toBeLessThan(random.length + 300_000);
  });

  it('contains neither time, system nor file name', async () => {
    const output = await collect(compressGzip([], { level: 6 }));
    expect(output.subarray(0, 10)).toEqual(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]));
    expect(gunzipSync(output)).toHaveLength(0);
  });

  it('uses its level', async () => {
    const [fast, small] = await Promise.all(
      [1, 9].map((level) => collect(compressGzip([sample()], { level }))),
    );
    expect(small?.length).toBeLessThan(fast?.length ?? 0);
  });

  it('hands on an error of its source', async () => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(2_000_000);
      throw new Error('disk gone');
    }
    await expect(collect(compressGzip(source()))).rejects.toThrow('disk gone');
  });
});
