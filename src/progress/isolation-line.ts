/** The line about how the processes of RUN are isolated. */
import type { BuildEvent } from './events.ts';

/** @returns undefined for `oci`, which nobody needs to be told */
export function isolationLine({
  isolation,
  lacks,
}: Extract<BuildEvent, { kind: 'build.isolation' }>): string | undefined {
  if (isolation === 'oci') return undefined;
  const without = lacks.length === 0 ? '' : ` (without ${lacks.join(', ')})`;
  return `isolation: ${isolation}${without}`;
}
