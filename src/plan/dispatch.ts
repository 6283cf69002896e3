/** Applies each kind of instruction to a stage. */
import type { Instruction } from '../dockerfile/index.ts';
import { AppError, assertNever, locate } from '../errors.ts';
import { applyArg, applyEnv } from './apply-arguments.ts';
import { applyAdd, applyCopy, applyWorkdir } from './apply-files.ts';
import {
  applyExpose,
  applyHealthcheck,
  applyLabel,
  applyMaintainer,
  applyOnbuild,
  applyStopsignal,
  applyUser,
  applyVolume,
} from './apply-metadata.ts';
import { applyCmd, applyEntrypoint, applyShell } from './apply-process.ts';
import { applyRun } from './apply-run.ts';
import type { StagePlan } from './stage-plan.ts';
import type { StageState } from './stage-state.ts';

/**
 * The stage after the instruction. All words are expanded with the variables set before it.
 *
 * @throws AppError with a location, if one more exact than the whole instruction is known
 */
async function applyInstruction(
  state: StageState,
  instruction: Instruction,
  plan: StagePlan,
): Promise<StageState> {
  switch (instruction.kind) {
    case 'from':
      throw new AppError('PLAN_NESTED_FROM', 'FROM is not allowed inside a stage');
    case 'arg':
      return applyArg(state, instruction, plan);
    case 'env':
      return applyEnv(state, instruction, plan);
    case 'run':
      return applyRun(state, instruction, plan);
    case 'copy':
      return applyCopy(state, instruction, plan);
    case 'add':
      return applyAdd(state, instruction, plan);
    case 'workdir':
      return applyWorkdir(state, instruction, plan);
    case 'label':
      return applyLabel(state, instruction, plan);
    case 'user':
      return applyUser(state, instruction, plan);
    case 'expose':
      return applyExpose(state, instruction, plan);
    case 'volume':
      return applyVolume(state, instruction, plan);
    case 'cmd':
      return applyCmd(state, instruction);
    case 'entrypoint':
      return applyEntrypoint(state, instruction);
    case 'shell':
      return applyShell(state, instruction);
    case 'healthcheck':
      return applyHealthcheck(state, instruction);
    case 'stopsignal':
      return applyStopsignal(state, instruction, plan);
    case 'maintainer':
      return applyMaintainer(state, instruction);
    case 'onbuild':
      return applyOnbuild(state, instruction);
    default:
      return assertNever(instruction);
  }
}

/** As `applyInstruction`; an error without a location gets the instruction's. */
export async function applyAt(
  state: StageState,
  instruction: Instruction,
  plan: StagePlan,
): Promise<StageState> {
  try {
    return await applyInstruction(state, instruction, plan);
  } catch (error) {
    throw error instanceof AppError ? locate(error, instruction.location) : error;
  }
}

/** Whether the instruction is a step of its own, counted in step names. */
export function makesLayer({ kind }: Instruction): boolean {
  return kind === 'run' || kind === 'copy' || kind === 'add' || kind === 'workdir';
}
