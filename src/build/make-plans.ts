/** From the Dockerfile and the caller's options to plans. */
import type { Warning } from '../errors.ts';
import { hostPlatform } from '../oci/index.ts';
import { type BuildPlan, type PlanOptions, planBuild, type ResolveImage } from '../plan/index.ts';
import type { Definition } from './definition.ts';
import type { BuildOptions } from './options.ts';
import type { BuildRun } from './run.ts';
import { targetPlatforms } from './target-platforms.ts';

/**
 * One plan for each platform that was asked for. What the plans have in common has the same digests, and is built once.
 * @throws AppError PLAN_…, and what `resolveImage` throws
 */
export async function makePlans(
  run: BuildRun,
  definition: Definition,
  resolveImage: ResolveImage,
): Promise<readonly BuildPlan[]> {
  const platforms = targetPlatforms(run.options);
  const namesPlatforms = platforms.length > 1;
  const plans: BuildPlan[] = [];
  for (const platform of platforms) {
    const choice = { platform, namesPlatforms, resolveImage };
    plans.push(await planBuild(planOptions(run.options, definition, choice)));
  }
  for (const warning of withoutDoubles(plans.flatMap(({ warnings }) => warnings)))
    run.warn(warning);
  return plans;
}

type Choice = Pick<PlanOptions, 'platform' | 'namesPlatforms' | 'resolveImage'>;

function planOptions(options: BuildOptions, definition: Definition, choice: Choice): PlanOptions {
  return {
    ...choice,
    tree: definition.tree,
    instructions: definition.instructions,
    target: options.target,
    buildArgs: buildArguments(options),
    labels: options.labels ?? {},
    buildPlatform: hostPlatform(),
    noCache: options.noCache ?? false,
    noCacheFilter: options.noCacheFilter ?? [],
    network: options.network ?? 'host',
    extraHosts: options.addHosts ?? [],
    shmSize: options.shmSize,
    ulimits: options.ulimits ?? [],
    allow: options.allow ?? [],
    contexts: new Map([...definition.contexts].map(([name, { source }]) => [name, source])),
  };
}

/** What several platforms have in common is told once. */
function withoutDoubles(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((warning) => [JSON.stringify(warning), warning])).values()];
}

/** The epoch is a build argument too, for a Dockerfile that declares it. */
function buildArguments({ buildArgs = {}, sourceDateEpoch }: BuildOptions): Map<string, string> {
  const epoch = sourceDateEpoch === undefined ? {} : { SOURCE_DATE_EPOCH: String(sourceDateEpoch) };
  return new Map(Object.entries({ ...epoch, ...buildArgs }));
}
