import { describe, expect, it } from 'vitest';
import { collect, lent } from '../../test/support/tars.ts';
import { decompress, detectCompression } from './decompress.ts';
import { compressZstd, zstdRelease } from './zstd-encode.ts';

/** Text with repetitions over a long distance, and noise. */
function sample(): Buffer {
  const noise = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * at * 7919) >>> 5));
  const text = Buffer.from('layers and digests, '.repeat(40_000));
  return Buffer.concat([noise, text, noise, text]);
}

describe('compressZstd', () => {
  it('names the release that makes the bytes', () => {
    expect(zstdRelease()).toMatch(/^\d+\.\d+\.\d+/);
  });

  it.each([undefined, 0, 1, 19, 22])('gives back the same bytes at level %s', async (level) => {
    const compressed = await collect(compressZstd([sample()], { level }));
    expect(detectCompression(compressed)).toBe('zstd');
    expect(compressed.length).toBeLessThan(20_000);
    expect((await collect(decompress([compressed]))).equals(sample())).toBe(true);
  });

  it('writes the same bytes however the input is chunked; level 0 is the default', async () => {
    const whole = await collect(compressZstd([sample()]));
    expect((await collect(compressZstd(lent(sample(), 4099), { level: 0 }))).equals(whole)).toBe(
      true,
    );
    expect((await collect(compressZstd([sample()], { level: 9 }))).equals(whole)).toBe(false);
  });

  it('makes a frame of nothing', async () => {
    const compressed = await collect(compressZstd([]));
    expect(compressed.length).toBeGreaterThan(0);
    expect(await collect(decompress([compressed]))).toHaveLength(0);
  });

  it('makes a frame that tells whether it is damaged', async () => {
    const compressed = await collect(compressZstd([sample()]));
    // The checksum flag.
    expect((compressed[4] ?? 0) & 4).toBe(4);
  });

  it('asks of no decoder a window above 8 MiB', async () => {
    const large = Buffer.alloc(9 << 20, 'x');
    const compressed = await collect(compressZstd([large], { level: 22 }));
    const [, , , , descriptor = 0, window = 0] = compressed;
    expect(descriptor & 0x20).toBe(0);
    expect(10 + (window >> 3)).toBeLessThanOrEqual(23);
  });

  it('stops early without harm', async () => {
    for await (const _ of compressZstd([Buffer.alloc(4 << 20)])) break;
  });
});
