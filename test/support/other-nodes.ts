/** Versions of Node.js that `npm test` installs in addition to the pinned one. */
import { mkdtempSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

const PACKAGES = resolve(import.meta.dirname, '../../toolchain/other-versions/node_modules');

/** @returns the path of the oldest Node.js that lamina supports, or of one that is too old */
export function otherNode(name: 'oldest' | 'unsupported'): string {
  return join(PACKAGES, `${name}-${process.arch}`, 'bin/node');
}

/** @returns a new directory for the start of PATH, in which `node` is the given program */
export function directoryOfNode(node: string, parent: string): string {
  const bin = mkdtempSync(join(parent, 'bin-'));
  symlinkSync(node, join(bin, 'node'));
  return bin;
}
