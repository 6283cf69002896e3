/** Build arguments that nothing in the file uses: most often a misspelled name. */
import { type Instruction, parseTrigger } from '../dockerfile/index.ts';
import type { Warning } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { isPredefined, platformArguments } from './arguments.ts';
import type { PlanOptions } from './stage-plan.ts';

/** The arguments that an instruction declares, for its own stage or by ONBUILD for others. */
export function declaredNames(instruction: Instruction): readonly string[] {
  if (instruction.kind === 'onbuild') {
    return declaredNames(parseTrigger(instruction.trigger).instruction);
  }
  return instruction.kind === 'arg' ? instruction.args.map(({ name }) => name.text) : [];
}

/** @param more names that base images declare by their triggers */
export function unusedArguments(
  { instructions, buildArgs, platform, buildPlatform }: PlanOptions,
  more: ReadonlySet<string>,
): readonly Warning[] {
  if (buildArgs.size === 0) return [];
  const predefined = platformArguments(platform, buildPlatform, '');
  const declared = new Set([...instructions.flatMap(declaredNames), ...more]);
  return [...buildArgs.keys()].flatMap((name) => {
    if (declared.has(name) || predefined.has(name) || isPredefined(name)) return [];
    const near = nearestName(name, [...declared]);
    return {
      code: 'BUILD_ARG_UNUSED',
      message: `the build argument ${name} has no effect: no ARG declares it`,
      hint:
        near === undefined
          ? `declare it in the stage that uses it: ARG ${name}`
          : `did you mean ${near}?`,
    };
  });
}
