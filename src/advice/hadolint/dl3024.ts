import { instructionRule } from '../making/make.ts';
import { firstNamed } from '../making/stage-names.ts';

export const dl3024 = instructionRule(
  {
    code: 'DL3024',
    severity: 'error',
    requires: 'stages have names of their own',
    why: 'Later references mean the last stage with the name, which may not be the one that the author had in mind.',
  },
  'from',
  ({ stageWord }, step, { stages }) => {
    if (stageWord === undefined) return undefined;
    const other = firstNamed(stages, stageWord.text)?.from;
    if (other === undefined || other === step.instruction) return undefined;
    return {
      what: `the stage on line ${other.node.range.start.line} is also named '${stageWord.text}'`,
      hint: 'rename one of the stages',
      range: stageWord.range,
    };
  },
);
