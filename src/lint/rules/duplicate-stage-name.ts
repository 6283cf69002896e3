import type { Rule } from '../rule.ts';

export const duplicateStageName: Rule = {
  name: 'DuplicateStageName',
  description: 'every stage has a name of its own',
  check({ stages }, report) {
    const seen = new Set<string>();
    for (const { from } of stages) {
      const { stage, stageWord } = from;
      if (stage === undefined || stageWord === undefined) continue;
      if (seen.has(stage)) {
        report({
          message: `another stage is called '${stage}' already`,
          hint: 'what follows means this one; give each stage a name of its own',
          range: stageWord.range,
          instruction: from,
        });
      }
      seen.add(stage);
    }
  },
};
