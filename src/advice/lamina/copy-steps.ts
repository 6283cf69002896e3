/** The copies of a stage with where they go, and the steps that may use what they bring. */
import type { AddInstruction, CopyInstruction, Instruction } from '../../dockerfile/index.ts';
import { absolutePath } from '../making/image-paths.ts';

export type AnyCopy = CopyInstruction | AddInstruction;

/** An instruction, and the destination of a copy. */
export type CopyStep = readonly [Instruction, string];

/** What may use files, and COPY and ADD, with their destinations; nothing where these depend on variables. */
export function copySteps(instructions: readonly Instruction[]): readonly CopyStep[] {
  const found: CopyStep[] = [];
  let workdir = '/';
  for (const one of instructions) {
    if (one.kind === 'workdir') workdir = absolutePath(one.value.text, workdir);
    else if (one.kind === 'run' || one.kind === 'onbuild') found.push([one, '']);
    else if (one.kind === 'copy' || one.kind === 'add') {
      const path = absolutePath(one.destination.text, workdir);
      if ([path, ...one.sources.map(({ text }) => text)].some((text) => text.includes('$')))
        return [];
      found.push([one, path]);
    }
  }
  return found;
}

export function isCopy(instruction: Instruction): instruction is AnyCopy {
  return instruction.kind === 'copy' || instruction.kind === 'add';
}
