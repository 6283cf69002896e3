import { describe, expect, it } from 'vitest';
import { cacheKey, digestOfParts, type KeyedOp, type KeyParts } from './cache-key.ts';

const OP = { kind: 'mkdir', path: '/a', owner: undefined } as const;

describe('a cache key', () => {
  const other = { ...OP, path: '/b' };
  const key = cacheKey({ op: OP, inputs: ['below'], content: ['files'] });

  it.each<readonly [string, KeyParts<KeyedOp>]>([
    ['what is asked for', { op: other, inputs: ['below'], content: ['files'] }],
    [
      'the kind of operation',
      { op: { ...OP, kind: 'exec' }, inputs: ['below'], content: ['files'] },
    ],
    ['its inputs', { op: OP, inputs: ['other'], content: ['files'] }],
    ['the files it sees', { op: OP, inputs: ['below'], content: ['others'] }],
    ['how many there are', { op: OP, inputs: ['below'], content: ['files', ''] }],
  ])('covers %s', (_, parts) => {
    expect(cacheKey(parts)).not.toBe(key);
  });

  it('is the same for equal parameters, in whatever order they are written', () => {
    const op = { owner: undefined, path: '/a', kind: 'mkdir' } as const;
    expect(cacheKey({ op, inputs: ['below'], content: ['files'] })).toBe(key);
    expect(
      cacheKey({
        op: { kind: 'mkdir', path: '/a' } as const,
        inputs: ['below'],
        content: ['files'],
      }),
    ).toBe(key);
  });

  it('is what stores of earlier versions have', () => {
    // Of a WORKDIR: to change it, raise SEMANTICS_VERSION.
    expect(cacheKey({ op: OP, inputs: ['below'] })).toMatchInlineSnapshot(
      `"de4428c6efc929c2c9c376a085ba5cd5e5eba2103d43cf8d1dc7342b75dd478d"`,
    );
    expect(digestOfParts('image', 'sha256:0')).toMatchInlineSnapshot(
      `"4ba955682795feb29296cb359237b24b96908a8d6b358f5b28f717ec1e557151"`,
    );
  });
});
