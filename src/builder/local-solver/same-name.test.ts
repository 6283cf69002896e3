import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DirectoryTree, temporaryDirectory } from '../../../test/support/workshop.ts';
import { sameName } from './same-name.ts';

function told(wanted: string, files: readonly string[]): string | undefined {
  using directory = temporaryDirectory();
  for (const file of files) {
    mkdirSync(join(directory.path, dirname(file)), { recursive: true });
    writeFileSync(join(directory.path, file), '');
  }
  const whole = new DirectoryTree(directory.path);
  return sameName(wanted, { whole, newestFirst: [whole] });
}

describe('a path that a stage does not have', () => {
  it('may be in another directory', () => {
    expect(told('build/app.txt', ['out/app.txt', 'out/b'])).toBe('the file /out/app.txt');
    expect(told('app/dist', ['src/dist/index.js'])).toBe('the directory /src/dist');
    expect(told('build/app.txt', ['out/b'])).toBeUndefined();
  });

  it('is more like the file in a directory of the same name than like any other', () => {
    const files = ['config.json', 'node_modules/npm/config.json', 'srv/etc/config.json'];
    expect(told('app/etc/config.json', files)).toBe(
      'the file /srv/etc/config.json, and 2 more of that name',
    );
  });

  it('is not looked for under a name that is everywhere', () => {
    const files = Array.from({ length: 30 }, (_, index) => `package-${index}/index.js`);
    expect(told('app/index.js', files)).toBeUndefined();
  });
});
