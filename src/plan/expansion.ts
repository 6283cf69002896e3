/** Words of an instruction with their variables replaced, with the stage's values at that point. */
import type { ExpandOptions, Word } from '../dockerfile/index.ts';
import { expandForDisplay, expandWord, expandWords } from '../dockerfile/index.ts';
import type { PlanOptions } from './stage-plan.ts';
import type { StageState } from './stage-state.ts';

/** How variables are replaced in an instruction that begins in `state`. */
export function expansionIn(state: StageState, { tree }: PlanOptions): ExpandOptions {
  return {
    lookup: (name) => state.environment.lookup(name),
    escape: tree.escape,
    source: tree.source,
  };
}

export function expand(word: Word, state: StageState, options: PlanOptions): string {
  return expandWord(word, expansionIn(state, options)).text;
}

export function expandOptional(
  word: Word | undefined,
  state: StageState,
  options: PlanOptions,
): string | undefined {
  return word === undefined ? undefined : expand(word, state, options);
}

/** One word may become several. */
export function expandToWords(
  word: Word,
  state: StageState,
  options: PlanOptions,
): readonly string[] {
  return expandWords(word, expansionIn(state, options)).words;
}

/** The instruction as shown to people. */
export function displayText(text: string, state: StageState, options: PlanOptions): string {
  return expandForDisplay(text, expansionIn(state, options));
}
