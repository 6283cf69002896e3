/** Runs cases on a BuildKit daemon, one after the other. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunLamina } from '../../support/in-this-process.ts';
import { loadBases } from '../build-with-lamina.ts';
import type { Topic } from '../case.ts';
import { startWorker } from '../isolations/start-worker.ts';
import { type CaseResult, type RunCasesOptions, runCasesIn } from '../run-cases.ts';
import { Workplace } from '../workplace.ts';

export interface BuilderOptions extends RunCasesOptions {
  /** As `--builder` takes it. */
  readonly address: string;
  /** Name of a registry for the base images: a Docker takes none from this machine. */
  readonly registry?: string;
  /** Further options of each build. */
  readonly flags?: readonly string[];
}

export async function runCasesOn(
  topics: readonly Topic[],
  { address, registry, flags = [], ...options }: BuilderOptions,
): Promise<readonly CaseResult[]> {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-on-builder-'));
  await using workplace = await Workplace.open(directory);
  await using lamina = await startWorker([], join(directory, 'store'));
  await loadBases(workplace, lamina.run);
  const pushed = registry === undefined ? [] : await pushBases(workplace, lamina.run, registry);
  return await runCasesIn(topics, {
    workplace,
    run: ([command = '', ...argv], stdin) =>
      lamina.run([command, '--builder', address, ...flags, ...pushed, ...argv], stdin),
    doesAsRecorded: true,
    ...options,
  });
}

/** @returns options that name the base images there */
async function pushBases(
  { bases }: Workplace,
  run: RunLamina,
  registry: string,
): Promise<readonly string[]> {
  const natives = bases.filter(({ isForeign }) => !isForeign);
  for (const { name } of natives) {
    const there = `${registry}/${name}:latest`;
    for (const argv of [
      ['tag', name, there],
      ['push', '--quiet', there],
    ]) {
      const { status, log } = await run(argv);
      if (status !== 0) throw new Error(log);
    }
  }
  return natives.map(({ name }) => `--build-context=${name}=docker-image://${registry}/${name}`);
}
