/** The Dockerfile of a build, as a step that displays see. */
import { type Definition, readDefinition } from './definition.ts';
import { fetchContext } from './fetched-context.ts';
import { asStep } from './internal-step.ts';
import type { BuildRun } from './run.ts';
import { internalStep } from './step-infos.ts';

export async function loadDefinition(run: BuildRun): Promise<Definition> {
  const fetched = await fetchContext(run);
  const step = internalStep('definition', '[internal] load build definition from Dockerfile');
  const definition = await asStep({ ...run, step }, async (report) => {
    const read = await readDefinition(run.options, run.store, fetched);
    report({ label: 'transferring dockerfile', current: read.size, unit: 'bytes' });
    return read;
  });
  for (const warning of definition.warnings) run.warn(warning);
  return definition;
}
