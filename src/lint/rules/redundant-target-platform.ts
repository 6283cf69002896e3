import type { Rule } from '../rule.ts';

export const redundantTargetPlatform: Rule = {
  name: 'RedundantTargetPlatform',
  description: 'FROM does not ask for the platform it has anyway',
  check({ stages }, report) {
    for (const { from } of stages) {
      const { platform } = from;
      if (platform === undefined || !/^\$(TARGETPLATFORM|\{TARGETPLATFORM\})$/.test(platform.text))
        continue;
      report({
        message: `--platform=${platform.text} is what FROM does without it`,
        hint: 'leave it out',
        range: from.node.range,
        instruction: from,
      });
    }
  },
};
