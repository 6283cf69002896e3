import { describe, expect, it } from 'vitest';
import {
  bytes,
  chosenInt,
  flag,
  int,
  list,
  long,
  Message,
  nested,
  text,
  textMap,
  texts,
} from './index.ts';

const Inner = new Message({ name: text(1), count: int(2) });
const Outer = new Message({
  name: text(1),
  inner: nested(2, Inner),
  many: list(3, Inner),
  words: texts(4),
  map: textMap(5),
  raw: bytes(6),
  negative: int(7),
  exact: long(8),
  isSet: flag(9),
  chosen: chosenInt(10),
});

const hex = (data: Uint8Array) => Buffer.from(data).toString('hex');

describe('a message', () => {
  it('comes back as it was', () => {
    const value = {
      name: 'café',
      inner: { name: 'in', count: 7 },
      many: [
        { name: 'a', count: 0 },
        { name: '', count: 2 ** 40 },
      ],
      words: ['x', ''],
      map: { b: '1', a: '' },
      raw: Uint8Array.of(0, 255),
      negative: -1,
      exact: 1_790_000_000_123_456_789n,
      isSet: true,
      chosen: 0,
    };
    expect(Outer.decode(Outer.encode(value))).toEqual(value);
  });

  it('has the bytes of protobuf, without fields of the default value', () => {
    const value = { name: '', inner: { name: 'a', count: 300 }, isSet: false, chosen: 0 };
    expect(hex(Outer.encode(value))).toBe('12060a016110ac025000');
    expect(hex(Outer.encode({ negative: -1 }))).toBe('38ffffffffffffffffff01');
  });

  it('skips fields that it does not know', () => {
    const newer = new Message({ count: int(2), more: text(99) });
    expect(Inner.decode(newer.encode({ count: 1, more: 'later' }))).toEqual({ name: '', count: 1 });
  });

  it('is refused if it ends too early', () => {
    const whole = Outer.encode({ inner: { name: 'abc' } });
    expect(() => Outer.decode(whole.subarray(0, whole.length - 1))).toThrow();
    expect(() => Outer.decode(Uint8Array.of(0x0a, 0xff, 0xff, 0xff, 0x7f))).toThrow();
  });
});
