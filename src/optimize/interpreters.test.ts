import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { treeOf } from '../../test/support/image-tree.ts';
import { interpretersIn, interpretersOf } from './interpreters.ts';

describe('the interpreter of a program', () => {
  const tree = treeOf({ 'usr/local/bin/node': '', 'usr/bin/node': '', 'usr/bin/perl': '' });

  it.each([
    ['#!/bin/sh\necho', '/bin/sh'],
    ['#!/bin/sh -e\necho', '/bin/sh'],
    ['#! /usr/bin/env node\n', '/usr/bin/env', '/usr/local/bin/node'],
    ['#!/usr/bin/env -S perl -w\n', '/usr/bin/env', '/usr/bin/perl'],
    ['#!/usr/bin/env gone\n', '/usr/bin/env'],
    ['no program'],
    ['\x7fELF'],
  ])('%j: %s', (text, ...interpreters) => {
    expect(interpretersIn(Buffer.from(text, 'latin1'), tree)).toEqual(interpreters);
  });

  it('is the loader that an ELF file names', () => {
    const head = readFileSync(process.execPath).subarray(0, 4096);
    expect(interpretersIn(head, tree)).toEqual([expect.stringMatching(/^\/lib.*\/ld-linux/)]);
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
