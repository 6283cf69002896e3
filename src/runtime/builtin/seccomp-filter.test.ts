import { describe, expect, test } from 'vitest';
import type { OciSyscallRule } from '../process/index.ts';
import { seccompFilter } from './seccomp-filter.ts';

const ALLOW = 0x7fff0000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
const X64 = 0xc000003e;
const X86 = 0x40000003;

/** What the kernel would do: a machine for the few instructions of filters. */
function verdict(
  filter: Buffer,
  call: { arch: number; nr: number; args?: readonly number[] },
): number {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.nr, 0);
  data.writeUInt32LE(call.arch, 4);
  for (const [index, value] of (call.args ?? []).entries()) {
    data.writeBigUInt64LE(BigInt(value), 16 + 8 * index);
  }
  let accumulator = 0;
  for (let at = 0; ; at += 8) {
    const operand = filter.readUInt32LE(at + 4);
    const jump = (holds: boolean) => 8 * filter.readUInt8(at + (holds ? 2 : 3));
    switch (filter.readUInt16LE(at)) {
      case 0x20:
        accumulator = data.readUInt32LE(operand);
        break;
      case 0x54:
        accumulator = (accumulator & operand) >>> 0;
        break;
      case 0x05:
        at += 8 * operand;
        break;
      case 0x15:
        at += jump(accumulator === operand);
        break;
      case 0x35:
        at += jump(accumulator >= operand);
        break;
      case 0x06:
        return operand;
      default:
        throw new Error('an unknown instruction');
    }
  }
}

const refuse = (names: readonly string[], errnoRet = 1): OciSyscallRule => ({
  names,
  action: 'SCMP_ACT_ERRNO',
  errnoRet,
});

describe('a filter', () => {
  const filter = seccompFilter({
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures: ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32'],
    syscalls: [
      refuse(['mount', 'vm86']),
      refuse(['clone3'], 38),
      { ...refuse(['socket']), args: [{ index: 0, value: 40, op: 'SCMP_CMP_EQ' }] },
      ...[0x20000, 0x10000000].map((bit) => ({
        ...refuse(['clone']),
        args: [{ index: 0, value: bit, valueTwo: bit, op: 'SCMP_CMP_MASKED_EQ' as const }],
      })),
    ],
  });

  test.each([
    ['a refused call', { arch: X64, nr: 165 }, EPERM],
    ['another call', { arch: X64, nr: 0 }, ALLOW],
    ['with its own error', { arch: X64, nr: 435 }, ENOSYS],
    ['by the number of the 32-bit mode', { arch: X86, nr: 21 }, EPERM],
    ['that only the 32-bit mode has', { arch: X86, nr: 166 }, EPERM],
    ['the number of the other mode', { arch: X86, nr: 165 }, ALLOW],
    ['an argument', { arch: X64, nr: 41, args: [40] }, EPERM],
    ['another argument', { arch: X64, nr: 41, args: [2] }, ALLOW],
    ['an argument with junk in its upper half', { arch: X64, nr: 41, args: [2 ** 32 + 40] }, EPERM],
    ['one of several bits', { arch: X64, nr: 56, args: [0x10000011] }, EPERM],
    ['another bit', { arch: X64, nr: 56, args: [0x40000011] }, ALLOW],
    ['a call of x32', { arch: X64, nr: 0x40000000 }, ENOSYS],
    ['another architecture', { arch: 0xc00000b7, nr: 40 }, ENOSYS],
  ])('decides about %s', (_, call, expected) => {
    expect(verdict(filter, call)).toBe(expected);
  });
});
