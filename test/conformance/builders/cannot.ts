/** What differs on a daemon of another builder, case by case, and why. docs/builders.md says it in short. */
import { type Lack, lacking } from '../lacks.ts';

export const DAEMONS = ['buildkit', 'docker'] as const;
export type DaemonName = (typeof DAEMONS)[number];

const LACKS: readonly Lack<DaemonName>[] = [];

/** @returns case → the reason */
export function cannot(daemon: DaemonName): ReadonlyMap<string, string> {
  return lacking(LACKS, daemon);
}
