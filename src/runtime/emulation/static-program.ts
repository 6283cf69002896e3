/** Programs that need no other files. */
import { readFile } from 'node:fs/promises';

const ELF_INTERPRETER = 3;

/** Whether a program needs no dynamic linker, which images for other machines lack. */
export async function isStaticProgram(path: string): Promise<boolean> {
  const file = await readFile(path).catch(() => Buffer.alloc(0));
  if (file.length < 64 || file.readUInt32BE(0) !== 0x7f45_4c46 || file[4] !== 2 || file[5] !== 1) {
    return false;
  }
  const start = Number(file.readBigUInt64LE(32));
  const size = file.readUInt16LE(54);
  const count = file.readUInt16LE(56);
  for (let index = 0; index < count; index++) {
    const at = start + index * size;
    if (at + 4 > file.length || file.readUInt32LE(at) === ELF_INTERPRETER) return false;
  }
  return true;
}
