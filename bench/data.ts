/** New files for the scenarios: content that no builder has seen, but the same for all of them in one round. */
import { createCipheriv, createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function writeFiles(
  directory: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): void {
  for (const [path, content] of Object.entries(files)) {
    const full = join(directory, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
  }
}

/** A stream of incompressible bytes, generated from the seed. */
function randomBytes(seed: string): (length: number) => Buffer {
  const key = createHash('sha256').update(seed).digest();
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  return (length) => cipher.update(Buffer.alloc(length));
}

const FILES_PER_DIRECTORY = 100;

/** Many files of `size` bytes, a hundred in each directory. */
export function writeManyFiles(
  directory: string,
  { count, size, seed }: { readonly count: number; readonly size: number; readonly seed: string },
): void {
  const random = randomBytes(seed);
  for (let at = 0; at < count; at++) {
    const parent = join(directory, `d${Math.floor(at / FILES_PER_DIRECTORY)}`);
    if (at % FILES_PER_DIRECTORY === 0) mkdirSync(parent, { recursive: true });
    writeFileSync(join(parent, `f${at % FILES_PER_DIRECTORY}`), random(size));
  }
}

const CHUNK = 4 << 20;

export function writeBigFile(path: string, size: number, seed: string): void {
  const random = randomBytes(seed);
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'w');
  try {
    for (let left = size; left > 0; left -= CHUNK) writeSync(fd, random(Math.min(CHUNK, left)));
  } finally {
    closeSync(fd);
  }
}

const MEGABYTE = 1_000_000;

/** Files of 3.5 MB below `directory`: 350 MB at full size; half of the bytes compress well. */
export function writeMixedFiles(
  directory: string,
  { files, seed }: { readonly files: number; readonly seed: string },
): void {
  for (let at = 0; at < files; at++) {
    const name = `${seed} ${at}`;
    writeBigFile(join(directory, `random${at}`), 1.75 * MEGABYTE, name);
    const line = `A line of text that repeats itself, as much text does: ${name}\n`;
    writeFiles(directory, { [`text${at}`]: Buffer.alloc(1.75 * MEGABYTE, line) });
  }
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at);
}
