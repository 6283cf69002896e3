import { randomBytes } from 'node:crypto';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { masked, SecretSearch } from './own-secrets.ts';

const SECRET = Buffer.from('correct horse battery');
const FORMS = [{ bytes: SECRET }, { bytes: Buffer.from(SECRET.toString('hex')) }];

/** @param size of the pieces in which the content comes */
function finds(content: Buffer, size: number): boolean {
  const search = new SecretSearch(FORMS, content.length);
  for (let at = 0; at < content.length; at += size) {
    // The bytes are lent: whoever keeps them has to copy.
    const piece = Buffer.from(content.subarray(at, at + size));
    search.add(piece);
    piece.fill(0);
  }
  return search.finish();
}

const noise = (length: number) => randomBytes(length);
const withSecret = (secret: Buffer) => Buffer.concat([noise(1000), secret, noise(1000)]);

it.each([1, 2, 3, 7, 512, 10_000])('finds a secret in pieces of %d bytes', (size) => {
  const content = withSecret(SECRET);
  expect(finds(content, size)).toBe(true);
  expect(finds(withSecret(Buffer.from(SECRET.toString('hex'))), size)).toBe(true);
  for (const pack of [gzipSync, deflateSync, zstdCompressSync]) {
    expect(finds(pack(content), size)).toBe(true);
    expect(finds(pack(noise(3000)), size)).toBe(false);
  }
  expect(finds(withSecret(SECRET.subarray(1)), size)).toBe(false);
});

it('finds what is left of a compressed file that is cut off', () => {
  const content = Buffer.concat([SECRET, Buffer.alloc(100_000, 'x'), noise(10_000)]);
  const packed = gzipSync(content);
  expect(finds(packed.subarray(0, packed.length - 5000), 512)).toBe(true);
});

it('takes what only looks compressed for what it is', () => {
  expect(finds(Buffer.concat([Buffer.from([0x1f, 0x8b]), noise(100), SECRET]), 16)).toBe(true);
  expect(finds(Buffer.concat([Buffer.from([0x1f, 0x8b]), noise(100)]), 16)).toBe(false);
});

it('shows no secret', () => {
  expect(masked(`RUN echo ${SECRET} ${SECRET.toString('hex')}`, FORMS)).toBe('RUN echo *** ***');
});
