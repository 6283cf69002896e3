/** Package managers that ask for confirmation unless an option answers. */
import { hasOption, runs } from '../../shell/index.ts';
import { safeFix } from '../edits.ts';
import { addWords, commandRule, wordAmong } from '../making/make.ts';
import type { AdviceRule, RuleText } from '../rule.ts';

export interface Asking {
  readonly programs: readonly string[];
  /** Commands of the programs that ask. */
  readonly verbs: readonly string[];
  /** Options that answer, without dashes. */
  readonly answers: readonly string[];
  /** The option that the fix adds. */
  readonly answer: string;
}

export function yesRule(text: RuleText, { programs, verbs, answers, answer }: Asking): AdviceRule {
  return commandRule(text, (command, run) => {
    if (!runs(command, programs, ...verbs) || hasOption(command, ...answers)) return undefined;
    const verb = wordAmong(command, ...verbs);
    return {
      what: `${command.name} ${verb?.value ?? ''} has no ${answer}`,
      hint: `add ${answer}`,
      fix: safeFix(`add ${answer}`, addWords(run, verb ?? command, answer)),
    };
  });
}
