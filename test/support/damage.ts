/** Damages files of a store as disks, power cuts and users do. */
import {
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../soak/random.ts';

/** All regular files below a directory, relative, in order. */
export function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => lstatSync(join(directory, name)).isFile())
    .sort();
}

/**
 * Damages one file.
 * @returns a description of the damage
 */
export function damageFile(path: string, random: Random): string {
  const { size, mtime } = lstatSync(path);
  switch (random(4)) {
    case 0:
      rmSync(path);
      return `${path} removed`;
    case 1: {
      const length = random(3) === 0 ? 0 : random(size + 1);
      truncateSync(path, length);
      return `${path} cut to ${length} of ${size} bytes`;
    }
    default: {
      const bytes = readFileSync(path);
      const count = Math.min(size, 1 + random(4));
      for (let index = 0; index < count; index++) {
        const at = random(3) === 0 ? random(Math.min(size, 128)) : random(size);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
      }
      writeFileSync(path, bytes);
      utimesSync(path, mtime, mtime);
      return `${path}: ${count} bits flipped`;
    }
  }
}
