/** Measures one scenario with all builders in rounds: each builder gets the same inputs, one after the other. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Measurement, median, TooSlow } from './measure.ts';
import type { Scenario } from './scenario.ts';
import type { Workbench } from './workbench.ts';

export interface BuilderFigures {
  readonly builder: string;
  readonly version: string;
  readonly seconds: readonly number[];
  readonly median: number | undefined;
  /** Seconds of CPU time: the median. */
  readonly cpuSeconds: number | undefined;
  readonly peakKb: number | undefined;
  /** Seconds divided by lamina's: the median of the rounds. */
  readonly ratio: number | undefined;
  /** Why there are no figures. */
  readonly failure?: string | undefined;
}

export interface ScenarioFigures {
  readonly scenario: string;
  readonly title: string;
  readonly figures: readonly BuilderFigures[];
}

/** A slower builder is stopped. */
const TIMEOUT = 300_000;

interface Tally {
  readonly measured: Measurement[];
  failure: string | undefined;
}

export async function compare(
  bench: Workbench,
  scenario: Scenario,
  times: number,
): Promise<ScenarioFigures> {
  const tallies = new Map(
    bench.builders.map(({ name }): [string, Tally] => [name, { measured: [], failure: undefined }]),
  );
  for (let turn = 0; turn < times; turn++) await takeTurn(bench, scenario, tallies);
  const own = tallies.get('lamina')?.measured ?? [];
  const figures = bench.builders.map(({ name, version }): BuilderFigures => {
    const { measured = [], failure } = tallies.get(name) ?? {};
    const seconds = measured.map((one) => one.seconds);
    const usages = measured.flatMap(({ usage }) => (usage === undefined ? [] : [usage]));
    const ratios = seconds.map((value, at) => value / (own[at]?.seconds ?? Number.NaN));
    return {
      builder: name,
      version,
      seconds,
      median: seconds.length === 0 ? undefined : median(seconds),
      cpuSeconds: usages.length === 0 ? undefined : median(usages.map((one) => one.cpuSeconds)),
      peakKb: usages.length === 0 ? undefined : Math.max(...usages.map((one) => one.peakKb)),
      ratio: ratios.length === 0 ? undefined : median(ratios),
      failure,
    };
  });
  return { scenario: scenario.name, title: scenario.title, figures };
}

/** Rotates the order of the builders, so that none always profits from warm caches. */
async function takeTurn(
  bench: Workbench,
  scenario: Scenario,
  tallies: ReadonlyMap<string, Tally>,
): Promise<void> {
  const directory = join(bench.directory, 'turn');
  mkdirSync(directory, { recursive: true });
  try {
    const seed = randomBytes(8).toString('hex');
    const { before = [], change, measured } = scenario.prepare({ directory, seed });
    const taking = bench.builders.filter(({ name }) => tallies.get(name)?.failure === undefined);
    const attempt = async (name: string, work: () => Promise<void>): Promise<void> => {
      const tally = tallies.get(name);
      if (tally === undefined || tally.failure !== undefined) return;
      await work().catch((error: unknown) => {
        tally.failure = error instanceof TooSlow ? `over ${error.seconds} s` : String(error);
      });
    };
    for (const builder of taking) {
      await attempt(builder.name, async () => {
        for (const request of before) await bench.build(builder, request, TIMEOUT);
      });
    }
    change?.();
    const round = [...(tallies.values().next().value?.measured ?? [])].length;
    const order = taking.map((_, at) => taking[(at + round) % taking.length]);
    for (const builder of order) {
      if (builder === undefined) continue;
      await attempt(builder.name, async () => {
        const result = await bench.build(builder, measured, TIMEOUT);
        tallies.get(builder.name)?.measured.push(result);
      });
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
