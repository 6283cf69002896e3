import { chmodSync, chownSync, existsSync, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { compiledCodeDirectory } from './compiled-code-directory.ts';

describe('the directory of compiled code', () => {
  it('is in the cache directory of the user, and is the user’s alone', () => {
    const home = temporaryDirectory('home');
    const directory = compiledCodeDirectory({ HOME: home });
    expect(directory).toBe(join(home, '.cache/lamina/compiled'));
    expect(statSync(directory ?? '').mode & 0o077).toBe(0);
    expect(compiledCodeDirectory({ HOME: '/nowhere', XDG_CACHE_HOME: home })).toBe(
      join(home, 'lamina/compiled'),
    );
  });

  it('is not used where somebody else could write code into it', () => {
    const home = temporaryDirectory('home');
    mkdirSync(join(home, '.cache/lamina'), { recursive: true });
    chmodSync(join(home, '.cache/lamina'), 0o777);
    expect(compiledCodeDirectory({ HOME: home })).toBeUndefined();
    chmodSync(join(home, '.cache/lamina'), 0o700);
    expect(compiledCodeDirectory({ HOME: home })).toBeDefined();
    chownSync(join(home, '.cache'), 4242, 4242);
    expect(compiledCodeDirectory({ HOME: home })).toBeUndefined();
  });

  it('is not made in the home of another user', () => {
    const home = temporaryDirectory('home');
    chownSync(home, 4242, 4242);
    expect(compiledCodeDirectory({ HOME: home })).toBeUndefined();
    expect(existsSync(join(home, '.cache'))).toBe(false);
  });

  it('is not used by way of a link to a directory of somebody else', () => {
    const home = temporaryDirectory('home');
    const foreign = join(home, 'foreign');
    mkdirSync(foreign);
    chownSync(foreign, 4242, 4242);
    mkdirSync(join(home, '.cache'));
    symlinkSync(foreign, join(home, '.cache/lamina'));
    expect(compiledCodeDirectory({ HOME: home })).toBeUndefined();
    expect(existsSync(join(foreign, 'compiled'))).toBe(false);
  });

  it.each([{}, { HOME: '' }, { HOME: 'relative' }, { HOME: '/dev/null' }])(
    'is done without where there is none: %j',
    (env) => {
      expect(compiledCodeDirectory(env)).toBeUndefined();
    },
  );
});
