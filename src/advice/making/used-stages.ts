/** Whether what a stage leaves in its layers ends up in an image. */
import type { LintedFile, Stage } from '../linted-file.ts';

/** The stage is the last one, or another stage is based on it: its layers are part of an image. */
export function isShipped({ stages }: LintedFile, stage: Stage): boolean {
  return stage === stages.at(-1) || stages.some(({ parent }) => parent === stage);
}
