/** For tests: the processes of this machine. */
import { readdirSync, readFileSync } from 'node:fs';

/** A unique word in the command line that identifies a test's processes. */
export function uniqueWord(): string {
  return `lamina-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
}

/** Ids of the processes whose command line contains the word. */
export function processesWith(word: string): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    return readOr(`/proc/${name}/cmdline`).includes(word);
  });
}

/** The text of a file of /proc; empty when its process is gone. */
export function readOr(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
