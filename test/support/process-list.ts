/** For tests: the processes of this machine. */
import { readdirSync, readFileSync } from 'node:fs';

/** A word in the command line by which a test's processes can be found on this machine. */
export function uniqueWord(): string {
  return `lamina-test-${process.pid}-${Math.random().toString(36).slice(2)}`;
}

/** Numbers of the processes whose command line has the word. */
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
