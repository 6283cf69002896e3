import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ContentRange } from '../files/index.ts';
import { compareContents } from './compare-contents.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-contents-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The content as a part of a larger file, as layers have it. */
function range(name: string, content: string | Buffer): ContentRange {
  const bytes = Buffer.from(content);
  const hostPath = join(directory, name);
  writeFileSync(hostPath, Buffer.concat([Buffer.from('before'), bytes, Buffer.from('after')]));
  return { hostPath, offset: 6, size: bytes.length };
}

const compare = (a: string | Buffer, b: string | Buffer) =>
  compareContents(range('a', a), range('b', b));

describe('two contents', () => {
  test('are the same whatever lies around them', async () => {
    expect(await compare('same\n', 'same\n')).toBeUndefined();
  });

  test('differ in a line of text', async () => {
    expect(await compare('one\nbuilt at 10:00\nend\n', 'one\nbuilt at 10:01\nend\n')).toEqual({
      offset: 17,
      a: 'built at 10:00',
      b: 'built at 10:01',
    });
  });

  test('differ in bytes, after megabytes that are the same', async () => {
    const a = Buffer.alloc(1_000_000);
    const b = Buffer.from(a);
    b[700_000] = 0xff;
    const found = await compare(a, b);
    expect(found?.offset).toBe(700_000);
    expect(found?.b).toMatch(/^ff 00 00/);
  });

  test('differ where one ends', async () => {
    expect(await compare(Buffer.from([1, 2]), Buffer.from([1, 2, 3]))).toEqual({
      offset: 2,
      a: 'end of file',
      b: '03',
    });
  });
});
