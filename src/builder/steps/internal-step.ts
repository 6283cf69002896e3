/** Work of the build itself, shown as a step: reading the Dockerfile, the context, exporting. */
import { AbortedError } from '../../errors.ts';
import type { Emit, StepInfo } from '../../progress/index.ts';
import { isGone } from '../../store/index.ts';

/** The build runs the step again. */
const PRUNED = Buffer.from('another process pruned the store\n');

export interface StepStatus {
  readonly label: string;
  readonly current: number;
  readonly unit: 'bytes' | 'files' | 'layers';
}

export interface InternalStepOptions {
  readonly emit: Emit;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly step: StepInfo;
}

/** Runs the work between a start and an end event. */
export async function asStep<T>(
  { emit, now, step }: InternalStepOptions,
  work: (report: (status: StepStatus) => void) => Promise<T>,
): Promise<T> {
  const started = now();
  emit({ kind: 'step.started', time: started, step });
  try {
    const result = await work(({ label, current, unit }) =>
      emit({
        kind: 'step.status',
        time: now(),
        step,
        label,
        current,
        total: current,
        unit,
        done: true,
      }),
    );
    const time = now();
    emit({ kind: 'step.completed', time, step, durationMs: time - started, addedBytes: 0 });
    return result;
  } catch (error) {
    if (isGone(error)) {
      emit({ kind: 'step.log', time: now(), step, stream: 'stderr', data: PRUNED });
      emit({ kind: 'step.cancelled', time: now(), step });
      throw error;
    }
    if (isAbort(error)) {
      emit({ kind: 'step.cancelled', time: now(), step });
      throw error;
    }
    const failure = error instanceof Error ? error : new Error(String(error));
    emit({ kind: 'step.failed', time: now(), step, error: failure });
    throw error;
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof AbortedError || (error instanceof Error && error.name === 'AbortError');
}
