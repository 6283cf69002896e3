import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../errors.ts';
import { familiarName, formatReference, parseReference, withDefaultTag } from './reference.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('parseReference', () => {
  it.each([
    ['debian', 'docker.io/library/debian', 'debian'],
    ['debian:bookworm-slim', 'docker.io/library/debian:bookworm-slim', 'debian:bookworm-slim'],
    ['library/debian', 'docker.io/library/debian', 'debian'],
    ['docker.io/debian', 'docker.io/library/debian', 'debian'],
    ['docker.io/library/debian:12', 'docker.io/library/debian:12', 'debian:12'],
    ['index.docker.io/user/app', 'docker.io/user/app', 'user/app'],
    ['user/app:1.0_x-y', 'docker.io/user/app:1.0_x-y', 'user/app:1.0_x-y'],
    ['localhost/app', 'localhost/app', 'localhost/app'],
    ['localhost:5000/app:1', 'localhost:5000/app:1', 'localhost:5000/app:1'],
    ['host:5000/a/b/c', 'host:5000/a/b/c', 'host:5000/a/b/c'],
    ['example.org/app', 'example.org/app', 'example.org/app'],
    ['MyHost/app', 'MyHost/app', 'MyHost/app'],
    ['127.0.0.1:80/app', '127.0.0.1:80/app', '127.0.0.1:80/app'],
    ['[::1]:5000/app', '[::1]:5000/app', '[::1]:5000/app'],
    ['[2001:db8::1]/app:tag', '[2001:db8::1]/app:tag', '[2001:db8::1]/app:tag'],
    ['a__b/c-d/e--f.g', 'docker.io/a__b/c-d/e--f.g', 'a__b/c-d/e--f.g'],
    ['app:5000', 'docker.io/library/app:5000', 'app:5000'],
    [`app@${digest}`, `docker.io/library/app@${digest}`, `app@${digest}`],
    [`h.io/app:1@${digest}`, `h.io/app:1@${digest}`, `h.io/app:1@${digest}`],
    [`x:${'t'.repeat(128)}`, `docker.io/library/x:${'t'.repeat(128)}`, `x:${'t'.repeat(128)}`],
    [
      `docker.io/library/${'a'.repeat(64)}`,
      `docker.io/library/${'a'.repeat(64)}`,
      `library/${'a'.repeat(64)}`,
    ],
  ])('reads %s', (text, full, familiar) => {
    expect(formatReference(parseReference(text))).toBe(full);
    expect(familiarName(parseReference(text))).toBe(familiar);
  });

  it.each([
    ['', 'it is empty'],
    ['Debian', 'must be lower case, but has "D" at position 1'],
    ['debian/App:x', 'must be lower case, but has "A" at position 8'],
    ['de bian', 'cannot have " " at position 3'],
    ['host:5000/a$b', 'cannot have "$" at position 12'],
    ['debian:', 'the tag after the colon is missing'],
    ['debian:a b', 'a tag cannot have " " at position 9'],
    ['debian:-x', 'a tag cannot begin with "-" at position 8'],
    ['debian:a:b', 'a tag cannot have ":" at position 9'],
    [`debian:${'t'.repeat(129)}`, 'longer than 128'],
    [`${'a/'.repeat(130)}a`, 'longer than 255'],
    ['-debian', '"-debian" must begin with a letter or digit'],
    ['debian_', '"debian_" must end with a letter or digit'],
    ['a..b', '"a..b" may have only one dot'],
    ['a//b', 'an empty part in the repository name, at position 3'],
    ['example.org/', 'the repository name is missing'],
    [':tag', 'the repository name is missing'],
    ['-x.org/app', '"-x.org" is not a host name'],
    ['host:port/app', '"host:port" is not a host name'],
    ['https://example.org/app', 'a reference is not a URL'],
    ['app@', 'invalid digest ""'],
    ['app@sha256:abc', 'invalid digest "sha256:abc"'],
    [`app@sha512:${'0'.repeat(128)}`, 'the algorithm'],
    ['a'.repeat(64), 'an image ID'],
    ['café', 'cannot have "é" at position 4'],
  ])('refuses %j', (text, message) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({
        code: 'REFERENCE_INVALID',
        message: expect.stringContaining(message),
      }),
    );
  });

  it('hints at the lower-case name', () => {
    expect(() => parseReference('ghcr.io/Me/App:V1')).toThrow(
      expect.objectContaining({ hint: 'did you mean "ghcr.io/me/app:V1"?' }),
    );
  });

  it.each(['Bad:Name:', 'My App', 'App/'])(
    'does not suggest another invalid name for %j',
    (text) => {
      expect(() => parseReference(text)).toThrow(
        expect.objectContaining({ code: 'REFERENCE_INVALID', hint: undefined }),
      );
    },
  );

  it('reads back what it formats, and throws nothing but its own error', () => {
    const pieces = fc.constantFrom(
      'a',
      'B',
      '0',
      '.',
      '_',
      '__',
      '-',
      '/',
      ':',
      '@',
      digest,
      'localhost',
      '[::1]',
      ' ',
      'é',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        try {
          const reference = parseReference(parts.join(''));
          expect(parseReference(formatReference(reference))).toEqual(reference);
          expect(parseReference(familiarName(reference))).toEqual(reference);
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'REFERENCE_INVALID') throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('withDefaultTag', () => {
  it('adds latest where there is neither tag nor digest', () => {
    expect(withDefaultTag(parseReference('a')).tag).toBe('latest');
    expect(withDefaultTag(parseReference('a:1')).tag).toBe('1');
    expect(withDefaultTag(parseReference(`a@${digest}`)).tag).toBeUndefined();
  });
});
