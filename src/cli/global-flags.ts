import type { FlagTable } from './flags.ts';

/** Options before the command. */
export const globalFlags = {
  root: { kind: 'text', value: 'directory', help: 'directory of the store' },
  debug: { kind: 'switch', short: 'D', help: 'show stack traces of errors' },
  version: { kind: 'switch', short: 'v', help: 'print the version' },
} as const satisfies FlagTable;
