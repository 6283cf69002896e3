import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeName, toBytes, toText } from './name-text.ts';

describe('toText', () => {
  it.each([
    ['plain', 'plain'],
    ['gr\xc3\xbcn', 'grün'],
    ['a\xffb', 'a\\xffb'],
    ['a\nb', 'a\\nb'],
    ['\x1b[31m', '\\x1b[31m'],
    ['\xe2\x80\xaegnp', '\\u202egnp'],
    ['\xed\xa0\x80', '\\xed\\xa0\\x80'],
  ])('shows %j as %s', (bytes, text) => {
    expect(toText(bytes)).toBe(text);
  });
});

describe('toBytes', () => {
  it('is undone by decodeName', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeName(toBytes(text))).toBe(text);
      }),
    );
  });
});
