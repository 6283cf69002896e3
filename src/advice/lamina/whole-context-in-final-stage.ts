import { adviceRule } from '../making/make.ts';
import { copiesWholeContext } from './context-copies.ts';

export const wholeContextInFinalStage = adviceRule({
  code: 'WholeContextInFinalStage',
  severity: 'info',
  requires: 'the final stage of several copies what the program needs, not the whole context',
  why: 'Tests, documentation and sources of things that other stages compile add to the image, and a change of any of them changes it.',
  check({ stages }, report) {
    const last = stages.at(-1);
    if (last === undefined || stages.length < 2) return;
    for (const instruction of last.instructions.filter(copiesWholeContext)) {
      report({
        what: 'the final stage copies the whole context',
        hint: 'copy single files and directories, or results of another stage with COPY --from',
        range: instruction.node.range,
        instruction,
      });
    }
  },
});
