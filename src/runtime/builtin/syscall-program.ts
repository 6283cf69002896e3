/**
 * Writes a static executable that makes a list of system calls. Between the `clone` and the `execve` of a container only
 * system calls may run: no program of this machine is visible after `pivot_root`, and Node cannot do it in its own
 * process, which has threads.
 */
import { ENTRY_BYTES, MACHINES, type Machine, NEXT, REPORT_BYTES } from './machine-code.ts';
import { hasSyscalls, type SyscallName, syscallNumber } from './syscall-numbers.ts';

/** Bytes whose address is passed. The same object is at the same address in all calls. */
export type Memory = Uint8Array | Words;

/** 64-bit words in memory; those that are memory themselves become addresses. */
export interface Words {
  readonly words: readonly (number | bigint | Memory)[];
}

export interface Call {
  readonly name: SyscallName;
  readonly args: readonly (number | bigint | Memory)[];
  /** What the call is for, in reports. Default: its name. */
  readonly label?: string | undefined;
  /** Default: `fail`. `repeat`: as long as the call returns more than 0; a failure ends the program, reported. */
  readonly onError?: keyof typeof NEXT | 'repeat' | undefined;
  /** If the call returns more than 0, as `clone` does in the parent, these follow, and none of the others. */
  readonly inParent?: readonly Call[] | undefined;
}

/** A call that failed. */
export interface FailedCall {
  readonly label: string;
  /** Positive. */
  readonly errno: number;
}

export interface SyscallProgram {
  /** The executable. */
  readonly file: Buffer;
  /** Reads what the program wrote to `REPORT_FD`, from the first byte to the end. */
  readonly read: (reports: Buffer) => LaunchReport;
}

export interface LaunchReport {
  /** Of the process that `clone` made. */
  readonly pid: number | undefined;
  /** In their order. */
  readonly failures: readonly FailedCall[];
}

/** Code and data are in different segments: no memory is writable and executable. */
const CODE_ADDRESS = 0x40_0000;
const DATA_ADDRESS = 0x100_0000;
const DATA_OFFSET = 0x1000;
const ELF_HEADER = 64;
const PROGRAM_HEADER = 56;
const READ_EXECUTE = 5;
const READ_WRITE = 6;
const WORD = 8;

export function canLaunch(architecture: string): boolean {
  return MACHINES[architecture] !== undefined && hasSyscalls(architecture);
}

/**
 * @param architecture as `process.arch` has it
 * @param calls the last one must not return: `execve`, `exit_group`
 */
export function syscallProgram(architecture: string, calls: readonly Call[]): SyscallProgram {
  const machine = MACHINES[architecture];
  if (machine === undefined) throw new Error(`no machine code is known for ${architecture}`);
  const table = DATA_ADDRESS + DATA_OFFSET;
  const { entries, jumps } = flatten(calls);
  const report = table + entries.length * ENTRY_BYTES;
  const memory = new DataSegment(report + REPORT_BYTES);
  const head = Buffer.alloc(entries.length * ENTRY_BYTES + REPORT_BYTES);
  for (const [index, call] of entries.entries()) {
    const { onError = 'fail' } = call;
    const jump = onError === 'repeat' ? index : jumps.get(index);
    const next =
      onError === 'repeat' || jump !== undefined
        ? table + (jump ?? index) * ENTRY_BYTES
        : NEXT[onError];
    const words = [syscallNumber(call.name, architecture), ...padded(call.args), next];
    for (const [at, word] of words.entries()) {
      writeWord(head, memory.word(word), index * ENTRY_BYTES + at * WORD);
    }
  }
  const data = Buffer.concat([head, memory.content()]);
  return {
    file: executable(machine, machine.loop(table, report), data),
    read: (reports) => readReports(reports, { table, entries }),
  };
}

/** The calls of `inParent` come last; `jumps` tells from where they are reached. */
function flatten(calls: readonly Call[]): { entries: Call[]; jumps: Map<number, number> } {
  const entries = [...calls];
  const jumps = new Map<number, number>();
  for (const [index, { inParent }] of calls.entries()) {
    if (inParent === undefined) continue;
    jumps.set(index, entries.length);
    entries.push(...inParent);
  }
  return { entries, jumps };
}

function padded(args: Call['args']): Call['args'] {
  return [...args, 0, 0, 0, 0, 0, 0].slice(0, 6);
}

class DataSegment {
  readonly #parts: Buffer[] = [];
  readonly #addresses = new Map<Memory, number>();
  #end: number;

  constructor(start: number) {
    this.#end = start;
  }

  /** @returns the value itself, or the address of what is put into memory */
  word(value: number | bigint | Memory): number | bigint {
    if (typeof value !== 'object') return value;
    const known = this.#addresses.get(value);
    if (known !== undefined) return known;
    const bytes = value instanceof Uint8Array ? Buffer.from(value) : this.#words(value);
    const padding = -bytes.length & (WORD - 1);
    const address = this.#end;
    this.#parts.push(bytes, Buffer.alloc(padding));
    this.#end += bytes.length + padding;
    this.#addresses.set(value, address);
    return address;
  }

  content(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #words({ words }: Words): Buffer {
    const bytes = Buffer.alloc(words.length * WORD);
    for (const [index, word] of words.entries()) {
      writeWord(bytes, this.word(word), index * WORD);
    }
    return bytes;
  }
}

/** In two halves, which takes a fraction of the time that 64-bit numbers of JavaScript take. */
function writeWord(bytes: Buffer, word: number | bigint, at: number): void {
  if (typeof word === 'bigint') {
    bytes.writeBigUInt64LE(BigInt.asUintN(64, word), at);
    return;
  }
  bytes.writeUInt32LE(word >>> 0, at);
  bytes.writeUInt32LE(Math.floor(word / 2 ** 32) >>> 0, at + 4);
}

function readReports(
  reports: Buffer,
  { table, entries }: { readonly table: number; readonly entries: readonly Call[] },
): LaunchReport {
  let pid: number | undefined;
  const failures: FailedCall[] = [];
  for (let at = 0; at + REPORT_BYTES <= reports.length; at += REPORT_BYTES) {
    const result = Number(reports.readBigInt64LE(at));
    const address = Number(reports.readBigUInt64LE(at + WORD));
    const entry = entries[(address - table) / ENTRY_BYTES];
    if (result > 0) pid = result;
    else if (entry !== undefined)
      failures.push({ label: entry.label ?? entry.name, errno: -result });
  }
  return { pid, failures };
}

function executable({ elf }: Machine, code: Buffer, data: Buffer): Buffer {
  const codeOffset = ELF_HEADER + 2 * PROGRAM_HEADER;
  const file = Buffer.alloc(DATA_OFFSET);
  file.write('7f454c46020101', 'hex');
  file.writeUInt16LE(2, 16);
  file.writeUInt16LE(elf, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(CODE_ADDRESS + codeOffset), 24);
  file.writeBigUInt64LE(BigInt(ELF_HEADER), 32);
  file.writeUInt16LE(ELF_HEADER, 52);
  file.writeUInt16LE(PROGRAM_HEADER, 54);
  file.writeUInt16LE(2, 56);
  segment(file, ELF_HEADER, {
    ...{ flags: READ_EXECUTE, offset: 0, address: CODE_ADDRESS },
    size: codeOffset + code.length,
  });
  segment(file, ELF_HEADER + PROGRAM_HEADER, {
    ...{ flags: READ_WRITE, offset: DATA_OFFSET, address: DATA_ADDRESS + DATA_OFFSET },
    size: data.length,
  });
  code.copy(file, codeOffset);
  return Buffer.concat([file, data]);
}

interface Segment {
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

function segment(file: Buffer, at: number, { flags, offset, address, size }: Segment): void {
  file.writeUInt32LE(1, at);
  file.writeUInt32LE(flags, at + 4);
  const words = [offset, address, address, size, size, DATA_OFFSET];
  for (const [index, word] of words.entries()) {
    file.writeBigUInt64LE(BigInt(word), at + 8 + index * WORD);
  }
}
