import type { RunInstruction } from '../../dockerfile/index.ts';
import type { Run } from '../linted-file.ts';
import { adviceRule } from '../making/make.ts';

export const dl3059 = adviceRule({
  code: 'DL3059',
  severity: 'info',
  requires: 'short RUNs that follow each other are one RUN',
  why: 'Each RUN makes a layer, and what one writes and the next removes stays in the image.',
  check({ stages, runs }, report) {
    const runOf = new Map(runs.map((run) => [run.owner, run]));
    for (const { instructions } of stages) {
      let before: Run | undefined;
      for (const instruction of instructions) {
        const run = instruction.kind === 'run' ? runOf.get(instruction) : undefined;
        if (before !== undefined && run !== undefined && areAlike(before, run)) {
          report({
            what: `this RUN and the one on line ${before.owner.node.range.start.line} could be one`,
            hint: 'join the commands with &&, unless the first is to stay cached without the second',
            range: instruction.node.range,
            instruction,
          });
        } else {
          before = run;
        }
      }
    }
  },
});

/** Several commands in one RUN are a choice that somebody made. */
function areAlike(one: Run, other: Run): boolean {
  const areShort = [one, other].every(({ script }) => script.commands.length <= 1);
  return areShort && flagsOf(one.instruction) === flagsOf(other.instruction);
}

function flagsOf({ mounts, network, security }: RunInstruction): string {
  return JSON.stringify([mounts.map(({ text }) => text.text).sort(), network, security]);
}
