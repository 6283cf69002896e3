import type { Instruction } from '../../dockerfile/index.ts';
import { adviceRule } from '../making/make.ts';

export const unusedStage = adviceRule({
  code: 'UnusedStage',
  severity: 'info',
  requires: 'each stage is used, or a comment says what it is for',
  why: 'Nobody builds the stage unless they name it with --target, so it may have stopped working.',
  check({ stages, tree, instructions }, report) {
    const written = tree.instructions.filter(({ name }) => name === 'from').length;
    // A FROM that is invalid may use it.
    if (written !== instructions.filter(({ kind }) => kind === 'from').length) return;
    const used = new Set(instructions.flatMap(namesIn).map((name) => name.toLowerCase()));
    const own = stages.filter(({ from }) => from !== undefined);
    const bases = new Set(own.map(({ parent }) => parent));
    for (const [index, stage] of own.slice(0, -1).entries()) {
      const { from } = stage;
      const isUsed = used.has(from?.stage ?? '') || used.has(`${index}`);
      if (from === undefined || isUsed || bases.has(stage)) continue;
      if (from.node.comments.length > 0) continue;
      report({
        what: `nothing uses ${from.stage === undefined ? 'this stage' : `the stage '${from.stage}'`}`,
        hint: 'remove it, or write a comment above it if it is a target of its own',
        range: from.node.range,
        instruction: from,
      });
    }
  },
});

function namesIn(instruction: Instruction): readonly string[] {
  if (instruction.kind === 'copy')
    return instruction.from === undefined ? [] : [instruction.from.text];
  if (instruction.kind !== 'run') return [];
  return instruction.mounts.flatMap(({ fields }) =>
    fields.flatMap(({ key, value }) => (key === 'from' && value !== undefined ? [value.text] : [])),
  );
}
