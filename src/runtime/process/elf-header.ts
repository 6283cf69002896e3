/** The header of a program: its processor, and its loader. */

export interface ElfHeader {
  /** As in OCI platforms (GOARCH); undefined for a processor not known here. */
  readonly architecture: string | undefined;
  /** Path of the dynamic loader; undefined: the program is static. */
  readonly loader: string | undefined;
}

const MAGIC = 0x7f45_4c46;
const LOADER_SEGMENT = 3;

/** `e_machine`, and what else distinguishes architectures: width and byte order. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  '3-32-le': '386',
  '62-64-le': 'amd64',
  '40-32-le': 'arm',
  '183-64-le': 'arm64',
  '258-64-le': 'loong64',
  '8-64-le': 'mips64le',
  '21-64-le': 'ppc64le',
  '243-64-le': 'riscv64',
  '22-64-be': 's390x',
};

/**
 * @param head the first bytes of a file, including the program headers
 * @returns undefined for a file that is not ELF
 */
export function readElfHeader(head: Buffer): ElfHeader | undefined {
  if (head.length < 20 || head.readUInt32BE(0) !== MAGIC) return undefined;
  const wide = head[4] === 2;
  const little = head[5] === 1;
  const half = (at: number) => (little ? head.readUInt16LE(at) : head.readUInt16BE(at));
  const machine = half(18);
  const architecture = ARCHITECTURES[`${machine}-${wide ? 64 : 32}-${little ? 'le' : 'be'}`];
  return { architecture, loader: loaderOf(head, wide, little) };
}

function loaderOf(head: Buffer, wide: boolean, little: boolean): string | undefined {
  const half = (at: number) => unsigned(head, at, { bytes: 2, little });
  const address = (at: number) => unsigned(head, at, { bytes: wide ? 8 : 4, little });
  const start = address(wide ? 32 : 28);
  const size = half(wide ? 54 : 42);
  const count = half(wide ? 56 : 44);
  for (let index = 0; index < count; index++) {
    const at = start + index * size;
    if (at + size > head.length) return undefined;
    if (unsigned(head, at, { bytes: 4, little }) !== LOADER_SEGMENT) continue;
    const offset = address(at + (wide ? 8 : 4));
    const length = address(at + (wide ? 32 : 16));
    if (offset + length > head.length) return undefined;
    const path = head
      .subarray(offset, offset + length)
      .toString('latin1')
      .replace(/\0.*$/s, '');
    return path === '' ? undefined : path;
  }
  return undefined;
}

interface NumberForm {
  readonly bytes: 2 | 4 | 8;
  readonly little: boolean;
}

/** Zero if the file is too short. */
function unsigned(head: Buffer, at: number, { bytes, little }: NumberForm): number {
  if (at + bytes > head.length) return 0;
  if (bytes === 8) return Number(little ? head.readBigUInt64LE(at) : head.readBigUInt64BE(at));
  return little ? head.readUIntLE(at, bytes) : head.readUIntBE(at, bytes);
}
