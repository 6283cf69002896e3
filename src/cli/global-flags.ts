import type { FlagTable } from './flags.ts';

/** Options before the command. */
export const globalFlags = {
  root: { kind: 'text', value: 'directory', help: 'directory of all state' },
  debug: { kind: 'switch', short: 'D', help: 'show stack traces of unexpected errors' },
  version: { kind: 'switch', short: 'v', help: 'show the version' },
} as const satisfies FlagTable;
