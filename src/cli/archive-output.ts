/** Where commands that write an archive put it. */
import type { ByteSink } from '../api/index.ts';
import { AppError } from '../errors.ts';
import type { Io } from './io.ts';

export const archiveFlags = {
  output: {
    kind: 'text',
    short: 'o',
    value: 'path',
    help: 'write to a file instead of standard output',
  },
} as const;

/**
 * @param what as messages call it: `an archive`
 * @throws AppError CLI_TERMINAL_OUTPUT
 */
export function archiveDestination(
  { output }: { readonly output: string | undefined },
  { stdout }: Pick<Io, 'stdout'>,
  what: string,
): string | ByteSink {
  if (output !== undefined) return output;
  if (stdout.isTerminal) {
    throw new AppError('CLI_TERMINAL_OUTPUT', `cannot write ${what} to the terminal`, {
      hint: 'use -o FILE, or redirect standard output',
    });
  }
  return (chunk) => stdout.write(chunk);
}
