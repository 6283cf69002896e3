import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanName, linkedName } from './archive-member-name.ts';

test.each([
  ['./manifest.json', 'manifest.json'],
  ['blobs//sha256/', 'blobs/sha256'],
  ['./', ''],
])('%s is %s', (raw, clean) => {
  expect(cleanName(raw)).toBe(clean);
});

test.each(['../x', 'a/../../x', '/etc/passwd', 'a/..', `${'a/'.repeat(3000)}b`])(
  'refuses the member %s',
  (raw) => {
    expect(() => cleanName(raw)).toThrow(expect.objectContaining({ code: 'ARCHIVE_UNSAFE_NAME' }));
  },
);

test('links lead from their own directory', () => {
  expect(linkedName('a/layer.tar', '../b/layer.tar')).toBe('b/layer.tar');
  expect(linkedName('a/b/c', './d')).toBe('a/b/d');
});

test.each(['../../x', '/etc/passwd', '../../../../etc/passwd'])(
  'refuses a link to %s',
  (target) => {
    expect(() => linkedName('a/layer.tar', target)).toThrow(
      expect.objectContaining({ code: 'ARCHIVE_UNSAFE_NAME' }),
    );
  },
);

test('a link never leads out, whatever its target', () => {
  const part = fc.constantFrom('..', '.', '', 'a', 'b');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      try {
        expect(linkedName('x/y/z', parts.join('/'))).not.toMatch(/(^|\/)\.\.(\/|$)|^\//);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ARCHIVE_UNSAFE_NAME' });
      }
    }),
  );
});
