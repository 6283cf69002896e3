import { expect, it } from 'vitest';
import { goJson } from './go-json.ts';

it('escapes what Go does', () => {
  const text = '<a> & \u2028\u2029 "\\/" \b\f\n\r\t\u0001\u007f é 😀';
  expect(goJson({ text })).toBe(
    String.raw`{"text":"\u003ca\u003e \u0026 \u2028\u2029 \"\\/\" \b\f\n\r\t\u0001` +
      '\u007f é 😀"}',
  );
});

it('leaves out what is undefined, and keeps the order', () => {
  expect(goJson({ b: 2, c: undefined, a: 1 })).toBe('{"b":2,"a":1}');
});

it('writes nanoseconds in full', () => {
  expect(goJson([1_700_000_001 * 1e9, -1])).toBe('[1700000001000000000,-1]');
});
