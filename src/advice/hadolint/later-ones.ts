/** Instructions of which only the last counts. */
import type { Instruction } from '../../dockerfile/index.ts';
import { replace, safeFix } from '../edits.ts';
import { adviceRule } from '../making/make.ts';
import type { AdviceRule, RuleText } from '../rule.ts';

/** A rule that finds the second and later instructions of one kind in a stage. */
export function onlyOneRule(text: RuleText, kind: Instruction['kind']): AdviceRule {
  const keyword = kind.toUpperCase();
  return adviceRule({
    ...text,
    check({ stages }, report) {
      for (const { instructions } of stages) {
        const all = instructions.filter((one) => one.kind === kind);
        for (const [index, instruction] of all.entries()) {
          const earlier = all[index - 1];
          if (earlier === undefined) continue;
          const { node } = earlier;
          report({
            what: `this ${keyword} replaces the one on line ${node.range.start.line}`,
            hint: `keep one ${keyword} in a stage: only the last has an effect`,
            range: instruction.node.range,
            instruction,
            fix: safeFix(`remove the ${keyword} without effect`, replace(node.extent, '')),
          });
        }
      }
    },
  });
}
