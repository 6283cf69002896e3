import { describe, expect, it } from 'vitest';
import { SecretMask } from './secret-mask.ts';

const TOKEN = 's3cr3t-of-some-length';
const MULTI = '-----BEGIN-----\nfirst line 1234567\nsecond line 1234567\n';

function mask(secrets: readonly string[], pieces: readonly string[]): readonly string[] {
  const stream = new SecretMask(
    secrets.map((text, index) => ({ id: `s${index}`, bytes: Buffer.from(text) })),
  );
  const shown = pieces.map((piece) => Buffer.from(stream.push(Buffer.from(piece))).toString());
  return [...shown, Buffer.from(stream.flush()).toString()];
}

describe('SecretMask', () => {
  it('removes every occurrence, and nothing else', () => {
    expect(mask([TOKEN], [`a ${TOKEN}${TOKEN} b\n`])).toEqual(['a ****** b\n', '']);
    expect(mask(['abc\n'], ['abc\n'])).toEqual(['abc\n', '']);
    expect(mask([], [TOKEN])).toEqual([TOKEN, '']);
  });

  it('strikes out a secret that comes in pieces of any size', () => {
    const text = `see ${TOKEN}, ${TOKEN.slice(0, 5)} and ${TOKEN}`;
    for (let size = 1; size < text.length; size++) {
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
      expect(mask([TOKEN], pieces).join('')).toBe('see ***, s3cr3 and ***');
    }
  });

  it('holds back only a possible beginning of a secret', () => {
    expect(mask([TOKEN], ['a s3c', 'x'])).toEqual(['a ', 's3cx', '']);
    expect(mask([TOKEN], ['a s3c'])).toEqual(['a ', 's3c']);
  });

  it('strikes out lines of a secret, and its base64', () => {
    expect(mask([MULTI], ['first line 1234567 and no more\n'])[0]).toBe('*** and no more\n');
    const basic = Buffer.from(`user:${TOKEN}`).toString('base64');
    const [shown = ''] = mask([TOKEN], [`Authorization: Basic ${basic}\n`]);
    expect(shown).toMatch(/^Authorization: Basic .{1,8}\*\*\*/);
  });

  it('takes the longer of two secrets that begin alike', () => {
    expect(mask(['token', 'token-long'], ['token-long token\n'])[0]).toBe('*** ***\n');
  });
});
