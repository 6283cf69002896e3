import type { CommandLine } from '../../dockerfile/index.ts';
import { type ExecForm, execFormFix } from '../making/exec-form.ts';
import { adviceRule } from '../making/make.ts';

export const dl3025 = adviceRule({
  code: 'DL3025',
  severity: 'warning',
  requires: 'CMD, ENTRYPOINT and HEALTHCHECK have a JSON array',
  why: 'Text runs in a shell, which is process 1 then: it does not pass signals on, so the container stops only when it is killed.',
  check({ steps, tree }, report) {
    for (const { instruction, owner } of steps) {
      const command = instruction === owner ? commandOf(instruction) : undefined;
      if (command?.form !== 'shell') continue;
      const keyword = instruction.kind.toUpperCase();
      report({
        what: `${keyword} has text, which runs in a shell`,
        hint: `write ${keyword}${instruction.kind === 'healthcheck' ? ' CMD' : ''} ["program", "argument"]`,
        range: instruction.node.range,
        instruction,
        fix: execFormFix(instruction, command, tree.source),
      });
    }
  },
});

function commandOf(instruction: ExecForm): CommandLine | undefined {
  switch (instruction.kind) {
    case 'cmd':
    case 'entrypoint':
      return instruction.command;
    case 'healthcheck':
      return instruction.test.kind === 'command' ? instruction.test.command : undefined;
    default:
      return undefined;
  }
}
