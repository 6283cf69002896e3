import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const BLOCK = 512;

/**
 * Reads a tar of an image whose names are short, and compares every blob with its name.
 * @throws Error that says what is wrong
 */
export function checkArchive(path: string): void {
  const bytes = readFileSync(path);
  const names = new Set<string>();
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const name = text(bytes, at, 100);
    if (name === '') break;
    const size = Number.parseInt(text(bytes, at + 124, 12), 8);
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length !== size) throw new Error(`${path} ends within ${name}`);
    const digest = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(name)?.[1];
    const actual = createHash('sha256').update(content).digest('hex');
    if (digest !== undefined && digest !== actual) throw new Error(`${path}: ${name} is ${actual}`);
    names.add(name);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  for (const name of ['manifest.json', 'index.json', 'oci-layout']) {
    if (!names.has(name)) throw new Error(`${path} lacks ${name}`);
  }
}

function text(bytes: Buffer, start: number, length: number): string {
  const field = bytes.toString('latin1', start, start + length);
  const end = field.indexOf('\0');
  return end < 0 ? field : field.slice(0, end);
}
