import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Digest, digestOf, RunningDigest } from '../oci/index.ts';
import { Store } from './index.ts';

let root: string;
let store: Store;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'lamina-blobs-'));
  store = await Store.open({ root });
});
afterEach(async () => {
  await store.close();
  rmSync(root, { recursive: true, force: true });
});

async function* stream(...chunks: readonly (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

const HELLO = { digest: digestOf('hello world'), size: 11 };

describe('a blob', () => {
  test('is found under the digest of its bytes', async () => {
    expect(store.blobs.has(HELLO.digest)).toBe(false);
    expect(await store.blobs.write(stream('hello', ' ', 'world'))).toEqual(HELLO);
    expect(store.blobs.has(HELLO.digest)).toBe(true);
    expect(store.blobs.size(HELLO.digest)).toBe(11);
    expect((await store.blobs.read(HELLO.digest)).toString()).toBe('hello world');
    expect(readFileSync(store.blobs.path(HELLO.digest), 'utf8')).toBe('hello world');
    expect([...store.blobs.list()]).toEqual([HELLO]);
  });

  test.each([
    ['bytes', () => Buffer.from('hello world')],
    ['a stream', () => stream('hello world')],
  ])('may be written again, from %s', async (_kind, source) => {
    await store.blobs.write(source(), HELLO);
    await store.blobs.write(source(), HELLO);
    expect([...store.blobs.list()]).toEqual([HELLO]);
  });

  test('may be empty', async () => {
    expect(await store.blobs.write(stream())).toEqual({ digest: digestOf(''), size: 0 });
    expect(await store.blobs.write(new Uint8Array())).toEqual({ digest: digestOf(''), size: 0 });
  });

  test('may be larger than one write', async () => {
    const bytes = Buffer.alloc(5_000_000, 'abcdefg');
    const expected = { digest: digestOf(bytes), size: bytes.length };
    expect(await store.blobs.write(bytes, expected)).toEqual(expected);
    expect((await store.blobs.read(expected.digest)).equals(bytes)).toBe(true);
  });
});

describe('a digest that the source of a blob computes', () => {
  async function* hashed(digest: RunningDigest, ...chunks: readonly string[]) {
    for (const chunk of chunks) {
      digest.update(Buffer.from(chunk));
      yield Buffer.from(chunk);
    }
  }

  test('names the blob', async () => {
    const digest = new RunningDigest();
    expect(await store.blobs.write(hashed(digest, 'hello', ' world'), HELLO, { digest })).toEqual(
      HELLO,
    );
  });

  test('is refused if it is not of all bytes, or not the expected one', async () => {
    const partly = new RunningDigest();
    partly.update(Buffer.from('hello world'));
    const more = store.blobs.write(stream('hello world', '!'), undefined, { digest: partly });
    await expect(more).rejects.toThrow('not that of the bytes');
    const digest = new RunningDigest();
    const wrong = store.blobs.write(hashed(digest, 'hello there'), HELLO, { digest });
    await expect(wrong).rejects.toMatchObject({ code: 'BLOB_DIGEST_MISMATCH' });
    expect([...store.blobs.list()]).toEqual([]);
  });
});

describe('unexpected bytes are refused and not kept:', () => {
  const other = digestOf('something else');

  test.each([
    ['other bytes', stream('hello world'), { digest: other, size: 11 }, 'BLOB_DIGEST_MISMATCH'],
    ['other bytes, size unknown', stream('hello'), { digest: other }, 'BLOB_DIGEST_MISMATCH'],
    ['other bytes at once', Buffer.from('hello'), { digest: other }, 'BLOB_DIGEST_MISMATCH'],
    ['too few bytes', stream('hello'), HELLO, 'BLOB_SIZE_MISMATCH'],
    ['too many bytes', stream('hello world', '!'), HELLO, 'BLOB_SIZE_MISMATCH'],
  ])('%s', async (_what, source, expected, code) => {
    await expect(store.blobs.write(source, expected)).rejects.toMatchObject({ code });
    expect([...store.blobs.list()]).toEqual([]);
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  });

  test('a stream that goes on for ever', async () => {
    async function* endless(): AsyncIterable<Uint8Array> {
      for (;;) yield Buffer.alloc(1000);
    }
    await expect(store.blobs.write(endless(), HELLO)).rejects.toMatchObject({
      code: 'BLOB_SIZE_MISMATCH',
    });
  });

  test('a stream that fails', async () => {
    async function* failing(): AsyncIterable<Uint8Array> {
      yield Buffer.from('hello');
      throw new Error('the line went dead');
    }
    await expect(store.blobs.write(failing(), HELLO)).rejects.toThrow('the line went dead');
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  });

  test('a stream that is cancelled', async () => {
    const controller = new AbortController();
    async function* source(): AsyncIterable<Uint8Array> {
      yield Buffer.from('hello');
      controller.abort();
      yield Buffer.from(' world');
    }
    const { signal } = controller;
    await expect(store.blobs.write(source(), HELLO, { signal })).rejects.toMatchObject({
      code: 'BUILD_CANCELLED',
    });
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  });
});

test('a blob that is not there is an error with a code', async () => {
  const code = 'STORE_BLOB_GONE';
  await expect(store.blobs.read(HELLO.digest)).rejects.toMatchObject({ code });
  expect(() => store.blobs.path(HELLO.digest)).toThrow(expect.objectContaining({ code }));
  expect(() => store.blobs.size(HELLO.digest)).toThrow(expect.objectContaining({ code }));
});

test.each(['sha256:../../../etc/passwd', 'sha256:', '../x', `sha256:${'A'.repeat(64)}`])(
  '%j never becomes a path',
  (name) => {
    expect(() => store.blobs.has(name as Digest)).toThrow(/not a digest/);
    expect(() => store.blobs.path(name as Digest)).toThrow(/not a digest/);
  },
);
