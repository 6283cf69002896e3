import type { Rule } from '../rule.ts';

export const redundantTargetPlatform: Rule = {
  name: 'RedundantTargetPlatform',
  description: 'FROM does not set --platform to its default',
  check({ stages }, report) {
    for (const { from } of stages) {
      const { platform } = from;
      if (platform === undefined || !/^\$(TARGETPLATFORM|\{TARGETPLATFORM\})$/.test(platform.text))
        continue;
      report({
        message: `--platform=${platform.text} is already the default`,
        hint: 'remove it',
        range: from.node.range,
        instruction: from,
      });
    }
  },
};
