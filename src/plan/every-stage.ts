/**
 * Checks every stage of a file, also those that the target does not need: FROM lines, and the names that COPY --from
 * and mounts read from.
 */
import type { StageSource, Word } from '../dockerfile/index.ts';
import { AppError, locate, type SourceLocation } from '../errors.ts';
import { parseReference } from '../oci/index.ts';
import { withStageHint } from './base-images.ts';
import { findParent } from './beginning.ts';
import { baseNameOf, type GlobalScope, platformOfFrom } from './from-line.ts';
import { variableInFrom } from './plan-faults.ts';
import { StageNeeds } from './stage-needs.ts';
import { referencedStage, referencesOf, requireEarlier } from './stage-references.ts';

/**
 * @throws AppError PLAN_EMPTY_BASE, PLAN_EMPTY_PLATFORM, PLATFORM_INVALID, REFERENCE_INVALID, PLAN_UNKNOWN_STAGE,
 * PLAN_CIRCULAR_STAGES, DOCKERFILE_VARIABLE_IN_FROM, each with its location
 */
export function checkEveryStage(stages: readonly StageSource[], scope: GlobalScope): void {
  const needs = new StageNeeds('a stage can only read from stages that are defined before it');
  for (const stage of stages) {
    checkFrom(stage, stages, scope);
    for (const reference of stage.instructions.flatMap(referencesOf)) {
      const { name } = reference;
      const location = locationOf(name, scope);
      const located = { ...reference, location };
      const meant = referencedStage(stages, located);
      if (meant === stage) requireEarlier(stages, { stage: meant, from: stage }, located);
      else if (meant !== undefined) needs.add(stage, meant, location);
      else if (/\$[\w{]/.test(name.text)) throw variableInFrom(location);
      else checkImageName(name.text, { stage, stages, location });
    }
  }
}

function checkFrom(stage: StageSource, stages: readonly StageSource[], scope: GlobalScope): void {
  const { from, index } = stage;
  const name = baseNameOf(from, scope);
  platformOfFrom(from, scope);
  if (findParent(stages, name, index) !== undefined) return;
  checkImageName(name, { stage, stages, location: locationOf(from.image, scope) });
}

interface NamedUse {
  readonly stage: StageSource;
  readonly stages: readonly StageSource[];
  readonly location: SourceLocation;
}

function checkImageName(name: string, { stage, stages, location }: NamedUse): void {
  if (name === '') return;
  try {
    parseReference(name);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw locate(withStageHint(error, name, { stages, before: stage.index }), location);
  }
}

function locationOf({ range }: Word, { tree }: GlobalScope): SourceLocation {
  return tree.source.location(range);
}
