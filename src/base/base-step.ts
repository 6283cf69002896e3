/** The one step of making a base image, as progress shows it. */
import { AbortedError } from '../errors.ts';
import type { StepInfo } from '../progress/index.ts';
import type { BaseOptions } from './base-options.ts';

/** Reports how `work` begins and ends. */
export async function baseStep<T>(
  { name, emit = () => {} }: BaseOptions,
  work: (step: StepInfo) => Promise<{ readonly value: T; readonly bytes: number }>,
): Promise<T> {
  const step: StepInfo = {
    id: `base ${name}`,
    name: `[base] ${name}`,
    stage: undefined,
    line: undefined,
  };
  const started = Date.now();
  emit({ kind: 'step.started', time: started, step });
  try {
    const { value, bytes } = await work(step);
    const time = Date.now();
    emit({ kind: 'step.completed', time, step, durationMs: time - started, addedBytes: bytes });
    return value;
  } catch (error) {
    const time = Date.now();
    if (error instanceof AbortedError) emit({ kind: 'step.cancelled', time, step });
    else if (error instanceof Error) emit({ kind: 'step.failed', time, step, error });
    throw error;
  }
}
