/** An instruction whose words are others. */
import { cause, type StepCause } from '../explanation.ts';
import type { RecordedStep } from '../types.ts';
import { wordDiff } from '../word-diff.ts';

export function definitionCause(step: RecordedStep, old: RecordedStep): StepCause | undefined {
  if (step.kind === 'image' || step.instruction === null || old.instruction === null)
    return undefined;
  if (step.instruction === old.instruction) return undefined;
  const { added, removed } = wordDiff(old.instruction, step.instruction);
  const words = [...added, ...removed];
  // Blanks alone decide what a shell sees, and the arguments of a RUN are in its key.
  if (words.length === 0 && step.parameters.script === old.parameters.script) return undefined;
  const subject = bare(added[0] ?? removed[0] ?? step.instruction, step.instruction);
  return cause(kindOf(words), { subject, before: old.instruction, after: step.instruction });
}

/** A word of a command in JSON, without its quotes. */
function bare(word: string, instruction: string): string {
  const isJson = /^\w+\s+(--\S+\s+)*\[/.test(instruction);
  return (isJson && word.replace(/^\[?"|",?\]?$/g, '')) || word;
}

function kindOf(words: readonly string[]): 'definition' | 'mount' | 'secret' {
  if (words.length === 0 || !words.every((word) => word.startsWith('--mount=')))
    return 'definition';
  return words.every((word) => /[=,]type=(secret|ssh)(,|$)/.test(word)) ? 'secret' : 'mount';
}
