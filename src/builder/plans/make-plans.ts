/** Makes plans from the Dockerfile and the caller's options. */
import type { Warning } from '../../errors.ts';
import { hostPlatform } from '../../oci/index.ts';
import {
  type BuildPlan,
  EPOCH,
  type PlanOptions,
  planBuild,
  type ResolveImage,
} from '../../plan/index.ts';
import { resolveHosts } from '../../runtime/index.ts';
import type { Definition } from '../definition/definition.ts';
import type { BuildRun } from '../run/build-run.ts';
import { isPlatformOpen, targetPlatforms } from '../run/target-platforms.ts';

/**
 * One plan for each requested platform. The common parts of the plans have the same digests, and are built once.
 * @throws AppError PLAN_…, and what `resolveImage` throws
 */
export async function makePlans(
  run: BuildRun,
  definition: Definition,
  resolveImage: ResolveImage,
  { everyStage }: Pick<PlanOptions, 'everyStage'> = {},
): Promise<readonly BuildPlan[]> {
  const platforms = targetPlatforms(run.options);
  const namesPlatforms = platforms.length > 1;
  const plans: BuildPlan[] = [];
  for (const platform of platforms) {
    const choice = { platform, namesPlatforms, resolveImage, everyStage, epoch: run.epoch };
    plans.push(await planBuild(planOptions(run, definition, choice)));
  }
  for (const warning of withoutDoubles(plans.flatMap(({ warnings }) => warnings)))
    run.warn(warning);
  return plans;
}

type Choice = Pick<
  PlanOptions,
  'platform' | 'namesPlatforms' | 'resolveImage' | 'everyStage' | 'epoch'
>;

function planOptions(run: BuildRun, definition: Definition, choice: Choice): PlanOptions {
  const { options } = run;
  return {
    ...choice,
    tree: definition.tree,
    instructions: definition.instructions,
    target: options.target,
    buildArgs: buildArguments(run),
    labels: options.labels ?? {},
    buildPlatform: hostPlatform(),
    takesPlatformOfBase: isPlatformOpen(options),
    noCache: options.noCache ?? false,
    noCacheFilter: options.noCacheFilter ?? [],
    network: options.network ?? 'host',
    isNetworkGiven: options.network !== undefined,
    extraHosts: resolveHosts(options.addHosts ?? [], options.network ?? 'host'),
    shmSize: options.shmSize,
    ulimits: options.ulimits ?? [],
    allow: options.allow ?? [],
    contexts: new Map([...definition.contexts].map(([name, { source }]) => [name, source])),
  };
}

/** Warnings common to several platforms are reported once. */
function withoutDoubles(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((warning) => [JSON.stringify(warning), warning])).values()];
}

/** A given epoch is a build argument too, for a Dockerfile that declares it. */
function buildArguments({ options, epoch: ofGlobal }: BuildRun): Map<string, string> {
  const { buildArgs = {}, sourceDateEpoch: seconds } = options;
  const isGiven = seconds !== undefined && ofGlobal === undefined;
  return new Map(Object.entries({ ...(isGiven && { [EPOCH]: String(seconds) }), ...buildArgs }));
}
