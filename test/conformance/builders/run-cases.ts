/** Runs cases on a BuildKit daemon, one after the other. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadBases } from '../build-with-lamina.ts';
import type { Topic } from '../case.ts';
import { startWorker } from '../isolations/start-worker.ts';
import { type CaseResult, type RunCasesOptions, runCasesIn } from '../run-cases.ts';
import { Workplace } from '../workplace.ts';

/** @param address as `--builder` takes it */
export async function runCasesOn(
  address: string,
  topics: readonly Topic[],
  options: RunCasesOptions,
): Promise<readonly CaseResult[]> {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-on-builder-'));
  await using workplace = await Workplace.open(directory);
  await using lamina = await startWorker([], join(directory, 'store'));
  await loadBases(workplace, lamina.run);
  return await runCasesIn(topics, {
    workplace,
    run: ([command = '', ...argv], stdin) =>
      lamina.run([command, '--builder', address, ...argv], stdin),
    ...options,
  });
}
