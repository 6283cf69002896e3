/** Where stages are defined and used. */
import type { InstructionNode, Word } from '../dockerfile/index.ts';
import type { SourceRange } from '../errors.ts';
import { type DockerfileModel, type StageModel, stageNamed } from './model.ts';

export interface StageUse {
  readonly range: SourceRange;
  readonly stage: StageModel;
  /** By its index: renaming the stage does not change it. */
  readonly isIndex: boolean;
}

/** All uses of stages in FROM, --from and mounts, in the order of the text. */
export function stageUses(model: DockerfileModel): readonly StageUse[] {
  return model.tree.instructions.flatMap((node) => usesIn(model, node));
}

function usesIn(model: DockerfileModel, node: InstructionNode): readonly StageUse[] {
  const instruction = model.typed.get(node);
  const own = model.stageOf.get(node);
  if (instruction?.kind === 'from') {
    const base = own?.base;
    return base ? [{ range: instruction.image.range, stage: base, isIndex: false }] : [];
  }
  const words: Word[] = [];
  if (instruction?.kind === 'copy' && instruction.from) words.push(instruction.from);
  if (instruction?.kind === 'run') {
    for (const { fields } of instruction.mounts) {
      for (const { key, value } of fields) if (key === 'from' && value) words.push(value);
    }
  }
  return words.flatMap((word) => {
    const stage = stageNamed(model, word.text, own?.index);
    if (stage === undefined) return [];
    const isIndex = stage.typed?.stage !== word.text.toLowerCase();
    return [{ range: word.range, stage, isIndex }];
  });
}

/** The stage that the offset is in the name of. */
export function stageAt(model: DockerfileModel, offset: number): StageModel | undefined {
  const defined = model.stages.find(({ typed }) => contains(typed?.stageWord?.range, offset));
  return defined ?? stageUses(model).find(({ range }) => contains(range, offset))?.stage;
}

export function contains(range: SourceRange | undefined, offset: number): boolean {
  return range !== undefined && range.start.offset <= offset && offset <= range.end.offset;
}
