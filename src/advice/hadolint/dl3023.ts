import { instructionRule } from '../making/make.ts';

export const dl3023 = instructionRule(
  {
    code: 'DL3023',
    severity: 'error',
    requires: 'COPY --from does not name its own stage',
    why: 'A stage cannot copy from itself: its files are there already.',
  },
  'copy',
  ({ from }, { stage }) => {
    if (from === undefined || stage.from?.stageWord?.text !== from.text) return undefined;
    return {
      what: `COPY --from names '${from.text}', the stage that it is in`,
      hint: 'name an earlier stage, or use RUN cp for files of this stage',
      range: from.range,
    };
  },
);
