/** Starts that do no work. */
import type { Row } from '../row.ts';

export const starts: readonly Row[] = ['--version', '--help'].map((flag) => ({
  name: flag.slice(2),
  title: `lamina ${flag}`,
  times: 21,
  prepare: () => ({ measured: { kind: 'start', args: [flag] } }),
}));
