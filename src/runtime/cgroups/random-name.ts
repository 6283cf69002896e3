import { readFileSync } from 'node:fs';

/** From the kernel: Node's own random bytes take 8 ms, in which it loads its cryptography. @returns 32 characters */
export function randomName(): string {
  return readFileSync('/proc/sys/kernel/random/uuid', 'utf8').trim().replaceAll('-', '');
}
