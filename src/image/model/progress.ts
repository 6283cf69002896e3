/** The progress of an export or an import, for listeners. */
import type { Emit, StepInfo } from '../../progress/index.ts';

export interface Progress {
  readonly emit: Emit;
  /** The step that the work belongs to. */
  readonly step: StepInfo;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Starts counting layers.
 *
 * @returns a function to call once for each finished layer
 */
export function countLayers(
  progress: Progress | undefined,
  label: string,
  total: number,
): () => void {
  let current = 0;
  const report = () =>
    progress?.emit({
      kind: 'step.status',
      time: progress.now(),
      step: progress.step,
      label,
      current,
      total,
      unit: 'layers',
      done: current === total,
    });
  report();
  return () => {
    current += 1;
    report();
  };
}
