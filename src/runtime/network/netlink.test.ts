import { expect, test } from 'vitest';
import { loopbackRoute, readAck } from './netlink.ts';

test('the message is a route, as long as it says', () => {
  const message = loopbackRoute(4242);
  expect(message.readUInt32LE(0)).toBe(message.length);
  expect(message.readUInt16LE(4)).toBe(24);
  expect(message.includes(Buffer.from([8, 0, 1, 0, 127, 0, 0, 0]))).toBe(true);
});

test.each([
  ['00000000', 0],
  ['efffffff', 17],
])('an answer of %s is the error %i', (hex, errno) => {
  const header = Buffer.alloc(16);
  header.writeUInt16LE(2, 4);
  expect(readAck(Buffer.concat([header, Buffer.from(hex, 'hex')]))).toBe(errno);
});

test('nothing, or another message, is no answer', () => {
  expect(readAck(Buffer.alloc(0))).toBeUndefined();
  expect(readAck(Buffer.alloc(20))).toBeUndefined();
});
