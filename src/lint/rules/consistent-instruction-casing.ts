import type { Rule } from '../rule.ts';

export const consistentInstructionCasing: Rule = {
  name: 'ConsistentInstructionCasing',
  description: 'all keywords of a file are written in the same case',
  check({ instructions }, report) {
    const keywords = instructions.map(({ node }) => node.keyword);
    const lower = keywords.filter((word) => word === word.toLowerCase()).length;
    const upper = keywords.filter((word) => word === word.toUpperCase()).length;
    const wanted = lower > upper ? 'lower' : 'upper';
    for (const instruction of instructions) {
      const { keyword, keywordRange } = instruction.node;
      const right = wanted === 'lower' ? keyword.toLowerCase() : keyword.toUpperCase();
      if (keyword === right) continue;
      report({
        message: `the keyword '${keyword}' is not in ${wanted} case like most keywords of this file`,
        hint: `write ${right}`,
        range: keywordRange,
        instruction,
      });
    }
  },
};
