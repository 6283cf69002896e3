import { instructionRule, unquoted } from '../making/make.ts';
import { firstIndexOf } from '../making/stage-names.ts';

export const dl3022 = instructionRule(
  {
    code: 'DL3022',
    severity: 'warning',
    requires: 'COPY --from names an earlier stage, or an image with a tag',
    why: 'A name that is no stage is taken for an image of a registry, so a typing error copies the files of a stranger.',
  },
  'copy',
  ({ from, node }, step, { stages }) => {
    if (from === undefined || unquoted(from.text).includes(':')) return undefined;
    const own = step.stage.index;
    const named = firstIndexOf(stages, from.text);
    if (named !== undefined && named <= own) return undefined;
    const before = stages[0]?.from === undefined ? own : own + 1;
    const index = /^\d+/.exec(from.text);
    if (index !== null && Number(index[0]) < before) return undefined;
    return {
      what: `COPY --from names '${from.text}', which is no earlier stage`,
      hint: 'name a stage of this file; give an image a tag',
      range: from.range ?? node.range,
    };
  },
);
