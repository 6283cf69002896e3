/** How cases about cache keys are written: a build, and what a second one changes. */
import { type ConformanceCase, type ContextFiles, lines } from '../case.ts';

const SECTION = '2.2 cache keys';
type Change = NonNullable<ConformanceCase['second']>;
export type CacheRow = readonly [
  name: string,
  rule: string,
  dockerfile: readonly string[],
  /** The lines of the second Dockerfile, or what else changes. */
  second: Change | readonly string[],
  options?: ConformanceCase['options'],
];

export function cacheCases(
  rows: readonly CacheRow[],
  files: ContextFiles,
  from: readonly string[] = ['FROM busybox'],
): ConformanceCase[] {
  return rows.map(([name, rule, dockerfile, second, options]): ConformanceCase => {
    // The name of the directory keeps the steps of one case from being those of another.
    const head = [...from, `WORKDIR /${name.replaceAll(' ', '-')}`];
    const isText = (change: CacheRow[3]): change is readonly string[] => Array.isArray(change);
    return {
      name,
      rule: `${SECTION}: ${rule}`,
      dockerfile: lines(...head, ...dockerfile),
      files,
      ...(options && { options }),
      second: isText(second) ? { dockerfile: lines(...head, ...second) } : second,
    };
  });
}
