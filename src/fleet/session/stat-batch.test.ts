import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileEntry } from '../../files/index.ts';
import { framed } from '../../grpc/index.ts';
import { Packet } from '../wire/session.ts';
import { StatBatch, statOf } from './stat-batch.ts';

const HEAD = 5;

/** The messages in bytes with heads. */
function messagesIn(bytes: Buffer) {
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at + 1);
    found.push(Packet.decode(bytes.subarray(at + HEAD, at + HEAD + length)));
    at += HEAD + length;
  }
  return found;
}

const latin1 = fc
  .array(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 200 })
  .map((codes) => String.fromCharCode(...codes));

const entry: fc.Arbitrary<FileEntry> = fc.record(
  {
    path: latin1,
    type: fc.constantFrom('file', 'directory', 'symlink', 'char', 'block', 'fifo', 'socket'),
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: fc.nat(),
    gid: fc.nat(),
    size: fc.oneof(fc.nat(), fc.maxSafeNat()),
    mtime: fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
    mtimeNs: fc.integer({ min: 0, max: 999_999_999 }),
    linkTarget: latin1,
    devMajor: fc.nat(4095),
    devMinor: fc.nat(4095),
    xattrs: fc.dictionary(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), latin1),
  },
  { requiredKeys: ['path', 'type', 'mode', 'uid', 'gid', 'size', 'mtime', 'mtimeNs'] },
);

describe('a batch of metadata', () => {
  it('has the messages that the table of fields gives, for any files', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(entry, fc.option(latin1, { nil: undefined }))), (files) => {
        const batch = new StatBatch();
        for (const [file, linkTo] of files) batch.add(file, linkTo);
        const expected = files.map(([file, linkTo]) =>
          framed(Packet, { stat: statOf(file, linkTo) }),
        );
        expect(messagesIn(batch.take())).toEqual(messagesIn(Buffer.concat(expected)));
        expect(batch.take().length).toBe(0);
      }),
    );
  });

  it('is full before it takes much memory, and takes paths longer than that', () => {
    const batch = new StatBatch();
    const file: FileEntry = {
      ...{ path: 'a'.repeat(300_000), type: 'file', mode: 0o644, uid: 0, gid: 0 },
      ...{ size: 1, mtime: 0, mtimeNs: 0 },
    };
    expect(batch.isFull).toBe(false);
    batch.add(file, undefined);
    batch.add({ ...file, path: 'b' }, undefined);
    expect(batch.isFull).toBe(true);
    expect(messagesIn(batch.take()).map(({ stat }) => stat?.path.length)).toEqual([300_000, 1]);
  });
});
