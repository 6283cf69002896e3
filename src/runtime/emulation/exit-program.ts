/**
 * The smallest possible programs: each only exits with status 0. Whether one runs shows whether the machine runs
 * programs of that architecture.
 */

interface Machine {
  readonly bits: 32 | 64;
  readonly bigEndian?: true;
  /** `e_machine` of the ELF header. */
  readonly machine: number;
  readonly flags?: number;
  /** Machine code of `exit(0)`, hexadecimal, in byte order. */
  readonly code: string;
}

const MACHINES: Readonly<Record<string, Machine>> = {
  '386': { bits: 32, machine: 3, code: 'b801000000 31db cd80' },
  amd64: { bits: 64, machine: 62, code: 'b83c000000 31ff 0f05' },
  arm: { bits: 32, machine: 40, flags: 0x0500_0000, code: '0170a0e3 0000a0e3 000000ef' },
  arm64: { bits: 64, machine: 183, code: 'a80b80d2 000080d2 010000d4' },
  mips64le: { bits: 64, machine: 8, flags: 0x8000_0007, code: 'c2130224 00000424 0c000000' },
  ppc64le: { bits: 64, machine: 21, flags: 2, code: '01000038 00006038 02000044' },
  riscv64: { bits: 64, machine: 243, flags: 4, code: '9308d005 13050000 73000000' },
  s390x: { bits: 64, bigEndian: true, machine: 22, code: 'a7290000 0a01' },
};

const BASE = 0x1_0000;
const EXECUTABLE = 2;
const LOADED = 1;
const READ_AND_EXECUTE = 5;

/**
 * A static ELF executable for an architecture.
 *
 * @param architecture as in OCI platforms (GOARCH)
 * @returns undefined for an architecture without known machine code
 */
export function exitProgram(architecture: string): Buffer | undefined {
  const machine = MACHINES[architecture];
  if (machine === undefined) return undefined;
  const code = Buffer.from(machine.code.replaceAll(' ', ''), 'hex');
  const headers = machine.bits === 64 ? 64 + 56 : 52 + 32;
  const file = Buffer.alloc(headers + code.length);
  const writer = new HeaderWriter(file, machine);
  writer.ident(machine.bits);
  writer.half(EXECUTABLE);
  writer.half(machine.machine);
  writer.word(1);
  writer.address(BASE + headers);
  writer.address(machine.bits === 64 ? 64 : 52);
  writer.address(0);
  writer.word(machine.flags ?? 0);
  const sizes = machine.bits === 64 ? [64, 56, 1, 0, 0, 0] : [52, 32, 1, 0, 0, 0];
  for (const size of sizes) writer.half(size);
  writer.word(LOADED);
  if (machine.bits === 64) writer.word(READ_AND_EXECUTE);
  for (const address of [0, BASE, BASE, file.length, file.length]) writer.address(address);
  if (machine.bits === 32) writer.word(READ_AND_EXECUTE);
  writer.address(BASE);
  code.copy(file, headers);
  return file;
}

class HeaderWriter {
  readonly #file: Buffer;
  readonly #machine: Machine;
  #at = 0;

  constructor(file: Buffer, machine: Machine) {
    this.#file = file;
    this.#machine = machine;
  }

  ident(bits: 32 | 64): void {
    const order = this.#machine.bigEndian === true ? 2 : 1;
    this.#at += Buffer.from([0x7f, 0x45, 0x4c, 0x46, bits / 32, order, 1]).copy(this.#file);
    this.#at = 16;
  }

  half(value: number): void {
    this.#put(value, 2);
  }

  word(value: number): void {
    this.#put(value, 4);
  }

  /** In the machine's address width; the values here fit into 32 bits. */
  address(value: number): void {
    const wide = this.#machine.bits === 64;
    if (wide && this.#machine.bigEndian === true) this.#put(0, 4);
    this.#put(value, 4);
    if (wide && this.#machine.bigEndian !== true) this.#put(0, 4);
  }

  #put(value: number, bytes: number): void {
    if (this.#machine.bigEndian === true) this.#file.writeUIntBE(value, this.#at, bytes);
    else this.#file.writeUIntLE(value, this.#at, bytes);
    this.#at += bytes;
  }
}
