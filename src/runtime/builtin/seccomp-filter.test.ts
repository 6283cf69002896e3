import { describe, expect, test } from 'vitest';
import { verdict } from '../../../test/support/filter-verdict.ts';
import { seccompProfile } from '../oci/seccomp.ts';
import type { OciSyscallRule } from '../process/index.ts';
import { seccompFilter } from './seccomp-filter.ts';

const ALLOW = 0x7fff0000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
const X64 = 0xc000003e;
const X86 = 0x40000003;

const allow = (names: readonly string[]): OciSyscallRule => ({ names, action: 'SCMP_ACT_ALLOW' });

describe('a filter', () => {
  const filter = seccompFilter({
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
    syscalls: [
      allow(['read', 'write', 'open', 'close', 'modify_ldt']),
      { names: ['clone3'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 },
      { ...allow(['socket']), args: [{ index: 0, value: 38, op: 'SCMP_CMP_LT' }] },
      { ...allow(['socket']), args: [{ index: 0, value: 40, op: 'SCMP_CMP_GT' }] },
      { ...allow(['personality']), args: [{ index: 0, value: 8, op: 'SCMP_CMP_EQ' }] },
      {
        ...allow(['clone']),
        args: [{ index: 0, value: 0x7e020000, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
      },
    ],
  });

  test.each([
    ['the first of a range', { arch: X64, nr: 0 }, ALLOW],
    ['the last of a range', { arch: X64, nr: 3 }, ALLOW],
    ['the next after a range', { arch: X64, nr: 4 }, EPERM],
    ['a call that is alone', { arch: X64, nr: 154 }, ALLOW],
    ['the one before it', { arch: X64, nr: 153 }, EPERM],
    ['another call', { arch: X64, nr: 165 }, EPERM],
    ['a call with its own error', { arch: X64, nr: 435 }, ENOSYS],
    ['the newest that is known', { arch: X64, nr: 467 }, EPERM],
    ['a newer one', { arch: X64, nr: 468 }, ENOSYS],
    ['by the number of the 32-bit mode', { arch: X86, nr: 3 }, ALLOW],
    ['the number of the other mode', { arch: X86, nr: 0 }, EPERM],
    ['an argument that is less', { arch: X64, nr: 41, args: [2] }, ALLOW],
    ['an argument that is between', { arch: X64, nr: 41, args: [38] }, EPERM],
    ['an argument at the limit', { arch: X64, nr: 41, args: [40] }, EPERM],
    ['an argument that is greater', { arch: X64, nr: 41, args: [41] }, ALLOW],
    ['an argument with junk in its upper half', { arch: X64, nr: 41, args: [2 ** 32 + 40] }, EPERM],
    ['an argument that is equal', { arch: X64, nr: 135, args: [8] }, ALLOW],
    ['an argument that is not', { arch: X64, nr: 135, args: [9] }, EPERM],
    ['no bit of a mask', { arch: X64, nr: 56, args: [0x1200011] }, ALLOW],
    ['one bit of a mask', { arch: X64, nr: 56, args: [0x10000011] }, EPERM],
    ['a call of x32', { arch: X64, nr: 0x40000000 }, ENOSYS],
    ['another architecture', { arch: 0xc00000b7, nr: 40 }, ENOSYS],
  ])('decides about %s', (_, call, expected) => {
    expect(verdict(filter, call)).toBe(expected);
  });
});

describe('the filter of a sandbox', () => {
  const profile = seccompProfile('x64', new Set(['CAP_CHOWN', 'CAP_SYS_CHROOT']));
  const filter = seccompFilter(profile ?? never());

  test('is short, since each call of a process runs it', () => {
    expect(filter.length / 8).toBeLessThan(500);
  });

  test.each([
    ...[['openat2', 437, ALLOW] as const, ['chroot', 161, ALLOW] as const],
    ...[['mount', 165, EPERM] as const, ['unshare', 272, EPERM] as const],
    ...[['keyctl', 250, EPERM] as const, ['io_uring_setup', 425, EPERM] as const],
    ...[['bpf', 321, EPERM] as const, ['userfaultfd', 323, EPERM] as const],
    ...[['swapon', 167, EPERM] as const, ['reboot', 169, EPERM] as const],
  ])('as Docker decides about %s', (_, nr, expected) => {
    expect(verdict(filter, { arch: X64, nr })).toBe(expected);
  });
});

function never(): never {
  throw new Error('no profile');
}
