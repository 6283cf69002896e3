/** Loads the Dockerfile of a build, as a step that displays show. */

import { fetchContext } from '../contexts/fetched-context.ts';
import type { BuildRun } from '../run/build-run.ts';
import { asStep } from '../steps/internal-step.ts';
import { internalStep } from '../steps/step-infos.ts';
import { type Definition, readDefinition } from './definition.ts';

export async function loadDefinition(run: BuildRun): Promise<Definition> {
  const fetched = await fetchContext(run);
  const step = internalStep('definition', '[internal] load build definition from Dockerfile');
  const definition = await asStep({ ...run, step }, async (report) => {
    const read = await readDefinition(run, fetched);
    report({ label: 'transferring dockerfile', current: read.size, unit: 'bytes' });
    return read;
  });
  for (const warning of definition.warnings) run.warn(warning);
  return definition;
}
