/** The way of a build: Dockerfile → plans → layers → image → outputs. */
import { formatReference, parseReference } from '../oci/index.ts';
import { defaultRoot, Store } from '../store/index.ts';
import { imageResolver } from './base-images.ts';
import { runChecks, SeenImages } from './checks.ts';
import { exportResult } from './export-result.ts';
import { loadDefinition } from './load-definition.ts';
import { makePlans } from './make-plans.ts';
import type { BuildOptions, BuildResult } from './options.ts';
import { checkOutputs } from './outputs.ts';
import { beginRun } from './run.ts';
import { solvePlans } from './solve-plans.ts';
import { withEpoch } from './source-date-epoch.ts';
import { summarize } from './summary.ts';

/**
 * Builds an image from a Dockerfile.
 *
 * @returns ids and digests of the image, a summary, and all warnings
 * @throws StepError when a RUN fails; AbortedError when the signal ended the build; AppError for everything else a
 *   user can meet. Of a failed build the store keeps the steps that were finished.
 */
export async function build(options: BuildOptions): Promise<BuildResult> {
  options.signal?.throwIfAborted();
  checkOutputs(options);
  const references = (options.tags ?? []).map((tag) => formatReference(parseReference(tag)));
  await using store = await Store.open({ root: options.root ?? defaultRoot(options.env ?? {}) });
  const begun = beginRun(options, store);
  const started = begun.now();
  const definition = await loadDefinition(begun);
  const run = await withEpoch(begun, definition);
  const bases = new SeenImages(imageResolver(store));
  const plans = await makePlans(run, definition, bases.resolve);
  await runChecks(run, definition, bases);
  const { solver, results, stepOf } = await solvePlans(run, plans, definition);
  const built = plans.flatMap((plan, index) => {
    const result = results[index];
    return result === undefined ? [] : [{ plan, result }];
  });
  const exported = await exportResult(run, { built, references });
  const summary = await summarize({
    store,
    solver,
    stepOf: ({ id }) => stepOf(id),
    built,
    durationMs: run.now() - started,
  });
  run.emit({ kind: 'build.summary', time: run.now(), summary });
  return { ...exported, summary, warnings: run.warnings };
}
