/** How far an export or an import has come, told to whoever listens. */
import type { Emit, StepInfo } from '../../progress/index.ts';

export interface Progress {
  readonly emit: Emit;
  /** The step the work belongs to. */
  readonly step: StepInfo;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Begins to count layers.
 *
 * @returns to be called once for each layer that is finished
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
