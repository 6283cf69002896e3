import { instructionRule } from '../making/make.ts';

export const dl3063 = instructionRule(
  {
    code: 'DL3063',
    severity: 'warning',
    requires: 'no stage is named scratch or context',
    why: 'Both words mean something else to the builder: the empty base, and the build context.',
  },
  'from',
  ({ stageWord }) => {
    if (stageWord === undefined || !/^(?:scratch|context)$/.test(stageWord.text)) return undefined;
    return {
      what: `the stage is named '${stageWord.text}', a reserved word`,
      hint: 'rename the stage',
      range: stageWord.range,
    };
  },
);
