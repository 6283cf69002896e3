import type { Rule } from '../rule.ts';

export const duplicateStageName: Rule = {
  name: 'DuplicateStageName',
  description: 'stage names are unique',
  check({ stages }, report) {
    const seen = new Set<string>();
    for (const { from } of stages) {
      const { stage, stageWord } = from;
      if (stage === undefined || stageWord === undefined) continue;
      if (seen.has(stage)) {
        report({
          message: `stage name '${stage}' is used more than once`,
          hint: 'later references mean this stage; give each stage its own name',
          range: stageWord.range,
          instruction: from,
        });
      }
      seen.add(stage);
    }
  },
};
