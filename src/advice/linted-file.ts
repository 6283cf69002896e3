/**
 * A Dockerfile for the rules, as far as it can be read: instructions that are invalid are left out, and those before the
 * first FROM count as a stage without a base.
 */
import {
  type FromInstruction,
  findStage,
  type Instruction,
  parseInstruction,
  type RunInstruction,
  type SyntaxTree,
  splitStages,
} from '../dockerfile/index.ts';
import { AppError } from '../errors.ts';
import { type RunScript, type ShellCommand, scriptOf } from '../shell/index.ts';
import type { LintSettings } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

export interface Stage {
  /** Undefined: the instructions before the first FROM. */
  readonly from: FromInstruction | undefined;
  readonly instructions: readonly Instruction[];
  /** The earlier stage that this one is based on. */
  readonly parent: Stage | undefined;
  /** In the list of the file's stages. */
  readonly index: number;
}

/** An instruction of a stage, or one that ONBUILD keeps for later. */
export interface Step {
  readonly instruction: Instruction;
  /** The instruction itself, or the ONBUILD that has it. */
  readonly owner: Instruction;
  readonly stage: Stage;
}

/** A RUN with its script. */
export interface Run extends Step {
  readonly instruction: RunInstruction;
  readonly script: RunScript;
}

export interface LintedFile {
  readonly tree: SyntaxTree;
  readonly instructions: readonly Instruction[];
  readonly stages: readonly Stage[];
  /** All instructions, and those inside ONBUILD. */
  readonly steps: readonly Step[];
  readonly runs: readonly Run[];
  readonly settings: LintSettings;
  readonly around: Surroundings;
}

export interface LintedParts {
  readonly tree: SyntaxTree;
  readonly instructions: readonly Instruction[];
  readonly settings: LintSettings;
  readonly around: Surroundings;
}

/** @param instructions those that could be parsed */
export function lintedFile({ tree, instructions, settings, around }: LintedParts): LintedFile {
  const stages = stagesOf(instructions);
  const steps = stages.flatMap((stage) => stepsOf(stage, tree));
  const runs = steps.flatMap((step): Run[] => {
    const { instruction } = step;
    if (instruction.kind !== 'run') return [];
    return [{ ...step, instruction, script: scriptOf(instruction, tree.source) }];
  });
  return { tree, instructions, stages, steps, runs, settings, around };
}

const RUNS = new WeakMap<LintedFile, ReadonlyMap<Stage, readonly Run[]>>();

/** The RUNs of a stage, with those in its ONBUILD. */
export function runsOfStage(file: LintedFile, stage: Stage): readonly Run[] {
  const known = RUNS.get(file) ?? Map.groupBy(file.runs, (run) => run.stage);
  RUNS.set(file, known);
  return known.get(stage) ?? [];
}

/** Each command of each RUN. */
export function eachCommand(
  { runs }: LintedFile,
  visit: (command: ShellCommand, run: Run) => void,
): void {
  for (const run of runs) for (const command of run.script.commands) visit(command, run);
}

function stagesOf(instructions: readonly Instruction[]): readonly Stage[] {
  const first = instructions.findIndex(({ kind }) => kind === 'from');
  const before = first < 0 ? instructions : instructions.slice(0, first);
  const { stages } = splitStages(instructions.slice(before.length));
  const made: Stage[] =
    before.length === 0
      ? []
      : [{ from: undefined, instructions: before, parent: undefined, index: 0 }];
  const shift = made.length;
  for (const { from, instructions: own, index } of stages) {
    const base = findStage(stages, from.image.text, index);
    const parent = base && made[base.index + shift];
    made.push({ from, instructions: own, parent, index: index + shift });
  }
  return made;
}

function stepsOf(stage: Stage, tree: SyntaxTree): Step[] {
  const { from, instructions } = stage;
  const all: readonly Instruction[] = from === undefined ? instructions : [from, ...instructions];
  return all.flatMap((owner): Step[] => {
    const own = { instruction: owner, owner, stage };
    const trigger = owner.kind === 'onbuild' ? triggerOf(owner, tree) : undefined;
    return trigger === undefined ? [own] : [own, { instruction: trigger, owner, stage }];
  });
}

/** With ranges in the file, unlike `parseTrigger`. Undefined if it is invalid, which shows when the trigger runs. */
function triggerOf({ node }: Instruction, tree: SyntaxTree): Instruction | undefined {
  if (node.trigger === undefined) return undefined;
  try {
    return parseInstruction(tree, node.trigger, []);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}
