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

/** A process below another one. */
export interface Descendant {
  readonly pid: number;
  readonly parent: number;
  /** Its arguments, joined by spaces. */
  readonly command: string;
}

/** The processes below one, each after its parent. */
export function descendants(ancestor: number): Descendant[] {
  const parents = readdirSync('/proc').flatMap((name) => {
    // The command's name, in parentheses, may contain anything.
    const parent = /^\d+$/.test(name) && /.*\) \S (\d+)/s.exec(readOr(`/proc/${name}/stat`))?.[1];
    return parent ? [{ pid: Number(name), parent: Number(parent) }] : [];
  });
  const below = (parent: number): Descendant[] =>
    parents
      .filter((other) => other.parent === parent)
      .flatMap(({ pid }) => {
        const command = readOr(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
        return [{ pid, parent, command }, ...below(pid)];
      });
  return below(ancestor);
}
