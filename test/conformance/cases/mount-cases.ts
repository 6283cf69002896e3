/** What the cases about mounts have in common. */
import { type ConformanceCase, lines } from '../case.ts';

const SECTION = '1.8 mounts';
export type MountRow = readonly [
  name: string,
  rule: string,
  dockerfile: readonly string[],
  options?: ConformanceCase['options'],
];

export const mountCases = (rows: readonly MountRow[]): ConformanceCase[] =>
  rows.map(
    ([name, rule, dockerfile, options]): ConformanceCase => ({
      name,
      rule: `${SECTION}: ${rule}`,
      dockerfile: lines(
        'FROM scratch AS files',
        'COPY <<X <<Y /deep/',
        'x',
        'X',
        'y',
        'Y',
        'COPY <<X /x',
        'x',
        'X',
        'COPY <<Y /deep/y',
        'y',
        'Y',
        'FROM busybox',
        ...dockerfile,
      ),
      files: { a: 'a\n', b: 'b\n', 'd/c': 'c\n' },
      ...(options && { options }),
    }),
  );
