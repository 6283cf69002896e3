import { describe, expect, it } from 'vitest';
import { asUserError } from './user-error.ts';

describe('errors of the system', () => {
  it.each([
    ['uv_cwd', 'ENOENT', 'change to another directory'],
    ['open', 'ENOTDIR', 'part of the path is a file, not a directory: choose another path'],
    ['open', 'ELOOP', 'a symbolic link points to itself: remove it, or choose another path'],
  ])('of %s with %s is explained', (syscall, code, hint) => {
    const error = Object.assign(new Error(`${code}: ${syscall}`), { code, syscall });
    expect(asUserError(error)).toMatchObject({ code: 'SYSTEM_REFUSED', hint });
  });

  it('that nobody expects is left to the programmer', () => {
    const error = Object.assign(new Error('ENOENT'), { code: 'ENOENT', syscall: 'open' });
    expect(asUserError(error)).toBeUndefined();
  });
});
