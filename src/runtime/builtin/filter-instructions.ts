/** The instructions of the kernel's classic BPF that filters of system calls consist of. */
import type { FilterMode } from './filter-numbers.ts';

export const AND = 0x54;
export const JUMP_IF_EQUAL = 0x15;
export const JUMP_IF_ABOVE = 0x25;
export const JUMP_IF_AT_LEAST = 0x35;
const LOAD = 0x20;
const JUMP = 0x05;
const RETURN = 0x06;

/** Offsets in the kernel's `struct seccomp_data`. */
export const NUMBER = 0;
export const ARGUMENTS = 16;
const ARCHITECTURE = 4;

const ALLOW = 0x7fff_0000;
const REFUSE = 0x0005_0000;
export const ENOSYS = 38;

/** The kernel's `AUDIT_ARCH_…`. */
const AUDIT: Readonly<Record<FilterMode, number>> = {
  x64: 0xc000_003e,
  x86: 0x4000_0003,
  arm64: 0xc000_00b7,
  arm: 0x4000_0028,
};

export interface Instruction {
  readonly code: number;
  readonly operand: number;
  readonly ifTrue?: number;
  readonly ifFalse?: number;
}

export function load(offset: number): Instruction {
  return { code: LOAD, operand: offset };
}

export function allow(): Instruction {
  return { code: RETURN, operand: ALLOW };
}

export function refuse(errno: number): Instruction {
  return { code: RETURN, operand: REFUSE | errno };
}

/**
 * @param blocks the rules of each processor mode, which decide about every call
 * @param others about calls of all other modes
 * @returns the instructions, eight bytes each
 */
export function assemble(
  blocks: readonly { readonly mode: FilterMode; readonly rules: readonly Instruction[] }[],
  others: Instruction,
): Buffer {
  const all = blocks.flatMap(({ mode, rules }) => [
    { code: JUMP_IF_EQUAL, operand: AUDIT[mode], ifTrue: 1 },
    { code: JUMP, operand: rules.length },
    ...rules,
  ]);
  return Buffer.concat([load(ARCHITECTURE), ...all, others].map(encode));
}

function encode({ code, operand, ifTrue = 0, ifFalse = 0 }: Instruction): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(ifTrue, 2);
  bytes.writeUInt8(ifFalse, 3);
  bytes.writeUInt32LE(operand, 4);
  return bytes;
}
