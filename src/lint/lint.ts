/** Runs the build checks over one file. */
import type { CheckConfig, Instruction, SyntaxTree } from '../dockerfile/index.ts';
import { skipsRule } from '../dockerfile/index.ts';
import type { Warning } from '../errors.ts';
import { RULES } from './registry.ts';
import type { LintFacts, Rule } from './rule.ts';
import { surveyDockerfile } from './survey/survey.ts';

export interface LintInput {
  readonly tree: SyntaxTree;
  readonly instructions: readonly Instruction[];
  /** The parser's warnings. */
  readonly warnings: readonly Warning[];
}

/** @returns the rules' findings, without those that `check` settings silence, in the order of the text */
export function lintDockerfile(input: LintInput, facts: LintFacts): readonly Warning[] {
  const { tree, instructions, warnings } = input;
  const survey = surveyDockerfile(tree, instructions, facts);
  const file = { ...survey, noticed: warnings, facts };
  const found: Warning[] = [];
  for (const rule of RULES.filter((candidate) => isOn(candidate, tree.check))) {
    rule.check(file, ({ message, hint, range, instruction }) => {
      if (skipsRule(instruction?.check, rule.name)) return;
      // A trigger is in another file, or earlier in this one: report the FROM that runs it.
      const from = instruction && survey.triggeredBy(instruction);
      const shown = from?.node.range ?? range;
      found.push({ code: rule.name, message, hint, location: tree.source.location(shown) });
    });
  }
  return found.sort((a, b) => offsetOf(a) - offsetOf(b));
}

/** The rule of a warning; undefined if it is not from a check. */
export function ruleOf({ code }: Warning): Rule | undefined {
  return RULES.find(({ name }) => name === code);
}

function isOn({ name, isExperimental }: Rule, config: CheckConfig | undefined): boolean {
  if (isExperimental === true) {
    const enabled =
      config?.experimentalAll === true || config?.experimental.includes(name) === true;
    if (!enabled) return false;
  }
  return !skipsRule(config, name);
}

function offsetOf({ location }: Warning): number {
  return location?.range.start.offset ?? 0;
}
