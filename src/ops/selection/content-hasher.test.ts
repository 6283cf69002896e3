import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentDigest } from '../../files/index.ts';
import { ContentHasher } from './content-hasher.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-hash-'));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function file(name: string, bytes: Buffer): string {
  const path = join(directory, name);
  writeFileSync(path, bytes);
  return path;
}

const expected = (bytes: Buffer): string =>
  `sha512-256:${createHash('sha512-256').update(bytes).digest('hex')}`;

describe('ContentHasher', () => {
  it.each([0, 1, 262_144, 262_145, 3_000_000])('hashes a file of %i bytes', async (size) => {
    const bytes = Buffer.alloc(size, 'lamina');
    const hostPath = file(`f${size}`, bytes);
    using hasher = new ContentHasher();
    const hashed = await hasher.hash({ hostPath, offset: 0, size });
    expect(hashed).toEqual({ digest: expected(bytes), size });
  });

  it('hashes a stretch of a file', async () => {
    const hostPath = file('stretch', Buffer.from('0123456789'));
    using hasher = new ContentHasher();
    const hashed = await hasher.hash({ hostPath, offset: 3, size: 4 });
    expect(hashed.digest).toBe(contentDigest('3456'));
  });

  it('hashes one file after the other', async () => {
    using hasher = new ContentHasher();
    const hostPath = file('many', Buffer.from('0123456789'));
    const other = file('other', Buffer.from('other'));
    const digests = [
      await hasher.hash({ hostPath, offset: 1, size: 2 }),
      await hasher.hash({ hostPath, offset: 5, size: 1 }),
      await hasher.hash({ hostPath: other, offset: 0, size: 5 }),
      await hasher.hash({ hostPath, offset: 0, size: 1 }),
    ].map(({ digest }) => digest);
    expect(digests).toEqual(['12', '5', 'other', '0'].map(contentDigest));
  });

  it('reports when the file has become shorter', async () => {
    const hostPath = file('short', Buffer.from('abc'));
    using hasher = new ContentHasher();
    const hashed = await hasher.hash({ hostPath, offset: 0, size: 10 });
    expect(hashed).toEqual({ digest: contentDigest('abc'), size: 3 });
  });

  it('follows no symlink', async () => {
    file('target', Buffer.from('secret'));
    symlinkSync('target', join(directory, 'link'));
    const range = { hostPath: join(directory, 'link'), offset: 0, size: 6 };
    await expect(new ContentHasher().hash(range)).rejects.toThrowError(/ELOOP/);
  });

  it('stops when aborted', async () => {
    const hostPath = file('aborted', Buffer.alloc(2_000_000));
    const range = { hostPath, offset: 0, size: 2_000_000 };
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(new ContentHasher().hash(range, signal)).rejects.toThrowError('enough');
  });
});
