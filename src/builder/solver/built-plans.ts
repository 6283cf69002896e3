/** Turns a solver's results into layers of the store, for outputs, summary and caches. */
import { importImage } from '../../image/index.ts';
import type { BuildPlan } from '../../plan/index.ts';
import type { LayerId } from '../../store/index.ts';
import type { BuildRun } from '../run/build-run.ts';
import type { SolvedPlan } from './solver.ts';

/** The result for one platform. */
export interface BuiltPlan {
  readonly plan: BuildPlan;
  /** Bottom first, including those of the base image. */
  readonly layers: readonly LayerId[];
  /** Fields of the image config with an inline cache that the solver wrote. */
  readonly inlineCache?: Readonly<Record<string, string>> | undefined;
}

/**
 * @param results one for each plan, in their order
 * @throws AppError of importing, for images from elsewhere
 */
export function builtPlans(
  run: BuildRun,
  plans: readonly BuildPlan[],
  results: readonly SolvedPlan[],
): Promise<readonly BuiltPlan[]> {
  return Promise.all(
    plans.map(async (plan, index) => {
      const result = results[index];
      if (result === undefined) throw new Error('the solver has no result for a plan');
      const inlineCache = result.kind === 'layers' ? result.inlineCache : undefined;
      return { plan, layers: await layersOf(run, result), inlineCache };
    }),
  );
}

async function layersOf(
  { store, signal }: BuildRun,
  result: SolvedPlan,
): Promise<readonly LayerId[]> {
  if (result.kind === 'layers') return result.layers;
  const { layers } = await importImage(store, result.image, { signal });
  return layers.map(({ id }) => id);
}
