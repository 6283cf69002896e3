/** What the Dockerfile on record says of a step's surroundings. */
import type { BuildRecord, RecordedStep } from '../types.ts';

type Dockerfile = Pick<BuildRecord, 'dockerfileText'> | undefined;
type Placed = Pick<RecordedStep, 'line'>;

/** Whether a step is a trigger of the stage's base: those stand where its FROM is. */
export function isTrigger(record: Dockerfile, { line }: Placed): boolean {
  const text = record?.dockerfileText ?? '';
  return line !== null && FROM.test(text.split('\n')[line - 1] ?? '');
}

/** Whether the stage itself sets what a step sees, above the step. A relative WORKDIR says only where it is below another. */
export function setsInStage(record: Dockerfile, { line }: Placed, keyword: string): boolean {
  const above = (record?.dockerfileText ?? '').split('\n').slice(0, line ?? 0);
  const from = above.findLastIndex((text) => FROM.test(text));
  const sets =
    keyword === 'WORKDIR' ? /^\s*WORKDIR\s+["']?\//i : new RegExp(`^\\s*${keyword}\\s`, 'i');
  return above.slice(from + 1).some((text) => sets.test(text));
}

const FROM = /^\s*FROM\s/i;
