import type { Rule } from '../rule.ts';

export const jsonArgsRecommended: Rule = {
  name: 'JSONArgsRecommended',
  description: 'CMD and ENTRYPOINT are JSON arrays, so that signals reach the program',
  check({ stages }, report) {
    for (const { instruction, hasShell } of stages.flatMap(({ steps }) => steps)) {
      if (instruction.kind !== 'cmd' && instruction.kind !== 'entrypoint') continue;
      if (instruction.command.form !== 'shell' || hasShell) continue;
      const keyword = instruction.kind.toUpperCase();
      report({
        message: `this ${keyword} runs in a shell, which does not pass signals on to the program`,
        hint: /^\s*\[/.test(instruction.command.text.text)
          ? `this is not valid JSON; use double quotes, and nothing after the closing bracket: ${keyword} ["program", "argument"]`
          : `write ${keyword} ["program", "argument"], or set SHELL if you want a shell`,
        range: instruction.node.range,
        instruction,
      });
    }
  },
};
