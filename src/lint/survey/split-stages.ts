import type { ArgInstruction, FromInstruction, Instruction } from '../../dockerfile/index.ts';

export interface StageLines {
  readonly from: FromInstruction;
  readonly instructions: readonly Instruction[];
}

export interface FileParts {
  /** ARGs before the first FROM. */
  readonly globals: readonly ArgInstruction[];
  readonly stages: readonly StageLines[];
}

/** Cuts a file at its FROMs. */
export function splitStages(instructions: readonly Instruction[]): FileParts {
  const globals: ArgInstruction[] = [];
  const stages: { from: FromInstruction; instructions: Instruction[] }[] = [];
  for (const instruction of instructions) {
    const current = stages.at(-1);
    if (instruction.kind === 'from') stages.push({ from: instruction, instructions: [] });
    else if (current !== undefined) current.instructions.push(instruction);
    else if (instruction.kind === 'arg') globals.push(instruction);
  }
  return { globals, stages };
}

/** The index of the stage of that name, the last one before `before`; names are compared in lower case. */
export function findStage(
  stages: readonly StageLines[],
  name: string,
  before = stages.length,
): number | undefined {
  const wanted = name.toLowerCase();
  const index = stages.slice(0, before).findLastIndex(({ from }) => from.stage === wanted);
  return index < 0 ? undefined : index;
}

/** The same, where an index is a name too. */
export function findStageOrIndex(
  stages: readonly StageLines[],
  name: string,
  before = stages.length,
): number | undefined {
  const named = findStage(stages, name, before);
  if (named !== undefined || !/^\d{1,9}$/.test(name)) return named;
  return Number(name) < before ? Number(name) : undefined;
}
