import { expect, test } from 'vitest';
import { verdict } from '../../../test/support/filter-verdict.ts';
import { untranslatedCallsFilter } from './untranslated-calls.ts';

const ALLOW = 0x7fff0000;
const ENOSYS = 0x00050026;
const X64 = 0xc000003e;
const X86 = 0x40000003;
const ARM64 = 0xc00000b7;
const ARM = 0x40000028;

test.each([
  ['statx', { arch: X64, nr: 332 }, ENOSYS],
  ['statx of the 32-bit mode', { arch: X86, nr: 383 }, ENOSYS],
  ['statx of arm64', { arch: ARM64, nr: 291 }, ENOSYS],
  ['statx of arm', { arch: ARM, nr: 397 }, ENOSYS],
  ['execveat', { arch: X64, nr: 322 }, ENOSYS],
  ['io_uring_setup', { arch: ARM64, nr: 425 }, ENOSYS],
  ['newfstatat, which proot translates', { arch: X64, nr: 262 }, ALLOW],
  ['renameat2, which proot translates', { arch: X64, nr: 316 }, ALLOW],
  ['a call without a path', { arch: X64, nr: 436 }, ALLOW],
  ['a time of the 32-bit modes', { arch: ARM, nr: 412 }, ENOSYS],
  ['the first call that is not known', { arch: X64, nr: 468 }, ENOSYS],
  ['the number by which proot cancels a call', { arch: X64, nr: 2 ** 32 - 2 }, ALLOW],
  ['a private call of arm', { arch: ARM, nr: 983041 }, ALLOW],
  ['another architecture', { arch: 0xc00000f3, nr: 291 }, ALLOW],
])('the filter for proot decides about %s', (_, call, expected) => {
  expect(verdict(untranslatedCallsFilter(), call)).toBe(expected);
});
