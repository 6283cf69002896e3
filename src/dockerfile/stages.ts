/** The stages of a Dockerfile: the instructions from one FROM to the next. */
import type { ArgInstruction, FromInstruction, Instruction } from './instructions/types.ts';

export interface StageSource {
  readonly index: number;
  readonly from: FromInstruction;
  readonly instructions: readonly Instruction[];
}

export interface Stages {
  /** ARGs before the first FROM. */
  readonly globals: readonly ArgInstruction[];
  readonly stages: readonly StageSource[];
}

/** Splits a file's instructions into stages. The parser guarantees that only ARG precedes the first FROM. */
export function splitStages(instructions: readonly Instruction[]): Stages {
  const globals: ArgInstruction[] = [];
  const stages: { index: number; from: FromInstruction; instructions: Instruction[] }[] = [];
  for (const instruction of instructions) {
    const current = stages.at(-1);
    if (instruction.kind === 'from') {
      stages.push({ index: stages.length, from: instruction, instructions: [] });
    } else if (current !== undefined) {
      current.instructions.push(instruction);
    } else if (instruction.kind === 'arg') {
      globals.push(instruction);
    }
  }
  return { globals, stages };
}

/** The last stage with this name before `before`; compares names in lower case. */
export function findStage(
  stages: readonly StageSource[],
  name: string,
  before = stages.length,
): StageSource | undefined {
  const named = stagesByName(stages).get(name.toLowerCase());
  return named?.findLast(({ index }) => index < before);
}

/** Built once for a file: each of many stages may look up others. */
const BY_NAME = new WeakMap<
  readonly StageSource[],
  ReadonlyMap<string | undefined, readonly StageSource[]>
>();

function stagesByName(stages: readonly StageSource[]) {
  const known = BY_NAME.get(stages);
  if (known !== undefined) return known;
  const named = Map.groupBy(stages, ({ from }) => from.stage);
  BY_NAME.set(stages, named);
  return named;
}

/** As `findStage`, but also accepts an index. */
export function findStageOrIndex(
  stages: readonly StageSource[],
  name: string,
  before = stages.length,
): StageSource | undefined {
  const named = findStage(stages, name, before);
  if (named !== undefined || !/^\d+$/.test(name)) return named;
  const stage = stages[Number(name)];
  return stage !== undefined && stage.index < before ? stage : undefined;
}
