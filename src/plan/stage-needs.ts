/** Dependencies between stages: a stage that needs a later one may need itself. */
import type { StageSource } from '../dockerfile/index.ts';
import { AppError, type SourceLocation } from '../errors.ts';
import { stageLabel } from './stages.ts';

export class StageNeeds {
  readonly #needs = new Map<number, Set<number>>();
  readonly #hint: string;
  #leadsForward = false;

  /** @param hint what to do about stages that need each other */
  constructor(hint: string) {
    this.#hint = hint;
  }

  /**
   * Called before waiting for the other stage.
   * @throws AppError PLAN_CIRCULAR_STAGES when the other stage needs this one
   */
  add(stage: StageSource, other: StageSource, location: SourceLocation): void {
    const needs = this.#needs.get(stage.index) ?? new Set();
    this.#needs.set(stage.index, needs.add(other.index));
    this.#leadsForward ||= other.index >= stage.index;
    if (!this.#leadsForward || !this.#leads(other.index, stage.index)) return;
    const [one, two] = [stageLabel(stage), stageLabel(other)];
    const message =
      one === two
        ? `stage '${one}' depends on itself`
        : `stages '${one}' and '${two}' depend on each other`;
    throw new AppError('PLAN_CIRCULAR_STAGES', message, { location, hint: this.#hint });
  }

  #leads(from: number, to: number): boolean {
    const seen = new Set([from]);
    for (const index of seen) {
      if (index === to) return true;
      for (const next of this.#needs.get(index) ?? []) seen.add(next);
    }
    return false;
  }
}
