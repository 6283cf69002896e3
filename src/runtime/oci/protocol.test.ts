import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Frame, FrameReader, frameHeader, messageFrame } from './protocol.ts';

const frames = fc.array(
  fc.record({
    kind: fc.constantFrom('message', 'stdout', 'stderr'),
    id: fc.nat(2 ** 32 - 1),
    payload: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
  }),
);

test('frames come out as they went in, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      frames,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      (sent, cuts) => {
        const bytes = Buffer.concat(
          sent.flatMap(({ kind, id, payload }) => [frameHeader(kind, id, payload.length), payload]),
        );
        const received: Frame[] = [];
        const reader = new FrameReader((frame) => received.push(frame));
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const length = cuts[turn % cuts.length] ?? 1;
          reader.push(bytes.subarray(at, at + length));
          at += length;
        }
        expect(received).toEqual(sent);
      },
    ),
  );
});

test('a message is JSON', () => {
  const received: Frame[] = [];
  new FrameReader((frame) => received.push(frame)).push(messageFrame({ kind: 'kill', id: 3 }));
  expect(received.map(({ payload }) => JSON.parse(payload.toString()))).toEqual([
    { kind: 'kill', id: 3 },
  ]);
});
