import { describe, expect, it } from 'vitest';
import { shellWords } from './shell-words.ts';

describe('words of a command', () => {
  it.each([
    ['a  b', ['a', 'b']],
    [' a ', ['a']],
    ['', []],
    [`sh -c 'echo "x"'`, ['sh', '-c', 'echo "x"']],
    [`"a b"c\\ d''`, ['a bc d']],
    [`'' ""`, ['', '']],
    [`"\\"\\x"`, ['"\\x']],
  ])('%j: %j', (text, words) => {
    expect(shellWords(text)).toEqual(words);
  });

  it.each([`'a`, `a "b`])('are refused when a quote is not closed: %j', (text) => {
    expect(() => shellWords(text)).toThrow(/not closed/);
  });
});
