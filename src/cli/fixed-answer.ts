/** Answers that are always the same: written beside the command when it is bundled, and printed before it is loaded. */
import { readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** The name of the file with the answer to a command line; undefined: there is none. */
export function fixedAnswer(args: readonly string[]): string | undefined {
  const [first = '--help', ...others] = args;
  if (others.length > 0) return undefined;
  if (first === '--version' || first === '-v') return 'version.txt';
  return first === '--help' || first === '-h' || first === 'help' ? 'help.txt' : undefined;
}

/**
 * Prints the file to standard output.
 *
 * @returns false if it is missing, or cannot be printed at once: then the command finds out why
 */
export function printAnswer(directory: string, name: string): boolean {
  try {
    const bytes = readFileSync(join(directory, name));
    const done = writeSync(1, bytes);
    if (done < bytes.length) process.stdout.write(bytes.subarray(done));
    return true;
  } catch {
    return false;
  }
}
