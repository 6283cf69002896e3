/**
 * A loop in machine code that makes the system calls of a table, one after the other. It is all the code of the programs
 * that start processes: the tables are data. An entry has eight 64-bit words: the number of the call, its six
 * arguments, and what happens next (see `NEXT`).
 */

/** The last word of an entry; any other value is the address of the entry to go to when the call returns more than 0. */
export const NEXT = {
  /** A failure is reported, and ends the program. */
  fail: 0,
  /** A failure does not matter. */
  ignore: 1,
  /** A failure is reported; the next entry follows. */
  report: 2,
} as const;

export const ENTRY_BYTES = 64;
/** A report: the negative error number, and the address of the entry. */
export const REPORT_BYTES = 16;
/** The descriptor that gets reports. */
export const REPORT_FD = 3;

export interface Machine {
  /** `e_machine` of the ELF header. */
  readonly elf: number;
  /** The loop. Addresses are below 2 GiB. */
  readonly loop: (table: number, report: number) => Buffer;
}

export const MACHINES: Readonly<Record<string, Machine | undefined>> = {
  x64: { elf: 62, loop: x64Loop },
  arm64: { elf: 183, loop: arm64Loop },
};

function x64Loop(table: number, report: number): Buffer {
  return Buffer.concat([
    hex('bb', word(table)), // mov ebx, table
    hex('488b03 488b7b08 488b7310 488b5318 4c8b5320 4c8b4328 4c8b4b30'), // the call and its arguments
    hex('0f05 488b4b38'), // syscall; mov rcx, [rbx+56]
    hex('4883f901 7415 4885c0 7816 740e'), // ignore: next; ret < 0: fail; ret = 0: next
    hex('4881f900100000 7205 4889cb ebc4'), // no address: next; mov rbx, rcx; again
    hex('4883c340 ebbe'), // next: add rbx, 64; again
    hex('bd', word(report), '48894500 48895d08'), // fail: store ret and entry
    hex('bf', word(REPORT_FD), '4889ee ba10000000 b801000000 0f05'), // write(fd, report, 16)
    hex('48837b3802 74d2'), // report: next
    hex('bf7f000000 b8e7000000 0f05'), // exit_group(127)
  ]);
}

function arm64Loop(table: number, report: number): Buffer {
  return Buffer.concat([
    move(19, table),
    hex('680240f9 608640a9 628e41a9 649642a9 010000d4 691e40f9'), // load; svc; ldr x9, [x19, 56]
    hex('3f0500f1 00010054 1f0000f1 0b010054 a0000054'), // ignore: next; ret < 0: fail; ret = 0: next
    hex('3ffd3ff1 69000054 f30309aa f2ffff17'), // no address: next; mov x19, x9; again
    hex('73020191 f0ffff17'), // next: add x19, x19, 64; again
    move(20, report),
    hex('804e00a9 600080d2 e10314aa 020280d2 080880d2 010000d4'), // fail: store; write(fd, report, 16)
    hex('691e40f9 3f0900f1 80feff54'), // report: next
    hex('e00f80d2 c80b80d2 010000d4'), // exit_group(127)
  ]);
}

/** `movz` and `movk`: a 32-bit number into a register of arm64. */
function move(register: number, value: number): Buffer {
  const low = 0xd2800000 + (value & 0xffff) * 32 + register;
  const high = 0xf2a00000 + (value >>> 16) * 32 + register;
  return hex(word(low), word(high));
}

function word(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString('hex');
}

function hex(...parts: readonly string[]): Buffer {
  return Buffer.from(parts.join('').replaceAll(' ', ''), 'hex');
}
