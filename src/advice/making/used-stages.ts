/** Whether what a stage leaves in its layers ends up in an image. */
import type { LintedFile, Stage } from '../linted-file.ts';

const BASES = new WeakMap<LintedFile, ReadonlySet<Stage | undefined>>();

/** The stage is the last one, or another stage is based on it: its layers are part of an image. */
export function isShipped(file: LintedFile, stage: Stage): boolean {
  const bases = BASES.get(file) ?? new Set(file.stages.map(({ parent }) => parent));
  BASES.set(file, bases);
  return stage === file.stages.at(-1) || bases.has(stage);
}
