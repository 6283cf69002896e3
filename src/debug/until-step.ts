/** The text of a Dockerfile up to a step of a stage, as displays count steps. */
import {
  findStageOrIndex,
  type Instruction,
  parseDockerfile,
  parseInstructions,
  type StageSource,
  splitStages,
} from '../dockerfile/index.ts';
import { AppError } from '../errors.ts';

/** Instructions that are steps; others change the config only. */
const STEPS: ReadonlySet<Instruction['kind']> = new Set(['run', 'copy', 'add', 'workdir']);

export interface StepPosition {
  /** Name or number; undefined: the last stage. */
  readonly target: string | undefined;
  /** 2 for `[2/4]`: an image that FROM names is the first. */
  readonly step: number;
}

/**
 * @param file its name, for messages
 * @returns the text to build, whose last stage ends with the step
 * @throws AppError DOCKERFILE_…; DEBUG_NO_STEP
 */
export function untilStep(text: string, file: string, { target, step }: StepPosition): string {
  const tree = parseDockerfile(text, { file });
  const { stages } = splitStages(parseInstructions(tree).instructions);
  const stage = target === undefined ? stages.at(-1) : findStageOrIndex(stages, target);
  if (stage === undefined) {
    const names = stages.map((one) => one.from.stage ?? String(one.index)).join(', ');
    throw new AppError('DEBUG_NO_STEP', `${file} has no stage '${target}'`, {
      expected: `one of ${names}`,
    });
  }
  const steps: (readonly [number, Instruction])[] = [];
  let number = beginsWithImage(stage, stages) ? 1 : 0;
  if (number === 1) steps.push([1, stage.from]);
  for (const instruction of stage.instructions) {
    if (STEPS.has(instruction.kind)) steps.push([++number, instruction]);
  }
  const found = steps.find(([index]) => index === step)?.[1];
  if (found === undefined) {
    throw new AppError('DEBUG_NO_STEP', `the stage has no step ${step}`, {
      expected: `a number from ${steps[0]?.[0] ?? 1} to ${number}, as displays count: 2 for [2/4]`,
    });
  }
  return text.slice(0, found.location.range.end.offset);
}

function beginsWithImage({ from, index }: StageSource, stages: readonly StageSource[]): boolean {
  const { text } = from.image;
  return text !== 'scratch' && findStageOrIndex(stages, text, index) === undefined;
}
