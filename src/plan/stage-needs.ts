/** Which stages need which. A named context may lead to a later stage, and so back to where it is needed. */
import type { StageSource } from '../dockerfile/index.ts';
import { AppError, type SourceLocation } from '../errors.ts';
import { stageLabel } from './stages.ts';

export class StageNeeds {
  readonly #needs = new Map<number, Set<number>>();

  /**
   * Told before the other stage is waited for.
   * @throws AppError PLAN_CIRCULAR_STAGES when that one needs this one
   */
  add(stage: StageSource, other: StageSource, location: SourceLocation): void {
    const needs = this.#needs.get(stage.index) ?? new Set();
    this.#needs.set(stage.index, needs.add(other.index));
    if (!this.#leads(other.index, stage.index)) return;
    const [one, two] = [stageLabel(stage), stageLabel(other)];
    const message =
      one === two ? `stage '${one}' needs itself` : `stages '${one}' and '${two}' need each other`;
    throw new AppError('PLAN_CIRCULAR_STAGES', message, {
      location,
      hint: 'see what --build-context NAME=target:STAGE puts in the place of which name',
    });
  }

  #leads(from: number, to: number, seen = new Set<number>()): boolean {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return [...(this.#needs.get(from) ?? [])].some((next) => this.#leads(next, to, seen));
  }
}
