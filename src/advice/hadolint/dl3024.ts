import { instructionRule } from '../making/make.ts';

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
    const before = stages.slice(0, stages.indexOf(step.stage));
    const other = before.find(({ from }) => from?.stageWord?.text === stageWord.text)?.from;
    if (other === undefined) return undefined;
    return {
      what: `the stage on line ${other.node.range.start.line} is also named '${stageWord.text}'`,
      hint: 'rename one of the stages',
      range: stageWord.range,
    };
  },
);
