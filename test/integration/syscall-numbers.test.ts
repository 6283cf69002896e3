/** The numbers in our filters are those of libseccomp. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { FILTER_MODES, FILTER_NUMBERS } from '../../src/runtime/builtin/filter-numbers.ts';
import { UNTRANSLATED_CALLS } from '../../src/runtime/builtin/untranslated-calls.ts';
import { ensureTool } from '../support/tools.ts';

const NAMES = { x64: 'x86_64', x86: 'x86', arm64: 'aarch64', arm: 'arm' };

it.each(FILTER_MODES)('of %s are those of libseccomp, as far as it knows them', (mode) => {
  const resolver = ensureTool('scmp_sys_resolver', 'seccomp');
  // One shell for hundreds of questions.
  const script = `for name in "$@"; do ${resolver} -a ${NAMES[mode]} "$name"; done`;
  const all = new Map([...FILTER_NUMBERS, ...Object.entries(UNTRANSLATED_CALLS)]);
  const names = [...all.keys()];
  const { stdout } = spawnSync('sh', ['-c', script, 'sh', ...names], { encoding: 'utf8' });
  const found = stdout.trim().split('\n').map(Number);
  expect(found).toHaveLength(names.length);
  const other = names.flatMap((name, index) => {
    const number = all.get(name)?.[FILTER_MODES.indexOf(mode)];
    // Negative: unknown to this version, or on x86 a part of another call too.
    return (found[index] ?? -1) < 0 || found[index] === number ? [] : [name];
  });
  expect(other).toEqual([]);
});
