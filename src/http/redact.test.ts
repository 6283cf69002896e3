import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskUrls, redactUrls, splitCredentials } from './redact.ts';

describe('redactUrls', () => {
  it.each([
    ['https://me:secret@host/x', 'https://me:xxxxx@host/x'],
    ['https://token@host/x', 'https://xxxxx@host/x'],
    ['ADD http://a:b@h/1 https://c:d@h/2 /', 'ADD http://a:xxxxx@h/1 https://c:xxxxx@h/2 /'],
    ['ssh://git@host/x', 'ssh://git@host/x'],
    ['git@host:x', 'git@host:x'],
    ['https://host/a@b', 'https://host/a@b'],
    ['https://host/?q=a:b@c', 'https://host/?q=a:b@c'],
  ])('makes %s to %s', (text, redacted) => {
    expect(redactUrls(text)).toBe(redacted);
  });

  it('removes every password, and masking keeps offsets', () => {
    const password = fc.stringMatching(/^[a-z0-9%]{6,20}$/);
    fc.assert(
      fc.property(password, fc.string(), (secret, around) => {
        const text = `${around.replaceAll(secret, '')} https://me:${secret}@host/ x`;
        expect(redactUrls(text)).not.toContain(secret);
        expect(maskUrls(text)).not.toContain(secret);
        expect(maskUrls(text)).toHaveLength(text.length);
      }),
    );
  });
});

describe('splitCredentials', () => {
  it('returns a header for the decoded name and password', () => {
    const { url, authorization } = splitCredentials(new URL('https://me:p%40ss@host:81/x?y'));
    expect(url.href).toBe('https://host:81/x?y');
    expect(authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
    expect(splitCredentials(new URL('https://host/')).authorization).toBeUndefined();
  });
});
