import type { Rule } from '../rule.ts';

const RESERVED: readonly (string | undefined)[] = ['scratch', 'context'];

export const reservedStageName: Rule = {
  name: 'ReservedStageName',
  description: 'no stage is named scratch or context',
  check({ stages }, report) {
    for (const { from } of stages) {
      if (from.stageWord === undefined || !RESERVED.includes(from.stage)) continue;
      report({
        message: `stage name '${from.stage}' is reserved`,
        hint: 'choose another name',
        range: from.stageWord.range,
        instruction: from,
      });
    }
  },
};
