import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { treeOf } from '../../test/support/image-tree.ts';
import { interpreterIn, interpretersOf } from './interpreters.ts';

describe('the interpreter of a program', () => {
  it.each([
    ['#!/bin/sh\necho', '/bin/sh'],
    ['#! /usr/bin/env node\n', '/usr/bin/env'],
    ['no program', undefined],
    ['\x7fELF', undefined],
  ])('%j: %s', (text, interpreter) => {
    expect(interpreterIn(Buffer.from(text, 'latin1'))).toBe(interpreter);
  });

  it('is the loader that an ELF file names', () => {
    const head = readFileSync(process.execPath).subarray(0, 4096);
    expect(interpreterIn(head)).toMatch(/^\/lib.*\/ld-linux/);
  });

  it('has an interpreter of its own, behind links', async () => {
    const tree = treeOf({
      'bin/app': '#!/bin/lang\n',
      'bin/lang': { link: 'lang3' },
      'bin/lang3': '#!/bin/base',
      'bin/base': 'machine code',
    });
    expect([...(await interpretersOf(tree, ['/bin/app', '/gone']))]).toEqual([
      '/bin/lang',
      '/bin/base',
    ]);
  });
});
