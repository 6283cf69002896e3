/** Measures one row with all builders in rounds: each builder gets the same inputs, one after the other. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Builder, Task } from './builders/builder.ts';
import { difference, type FlatTree } from './flatten.ts';
import { type Measurement, median, TooSlow } from './measure.ts';
import type { Row } from './row.ts';
import type { Workbench } from './workbench.ts';
import { Workshop } from './workshop.ts';

export interface BuilderFigures {
  readonly builder: string;
  readonly version: string;
  readonly seconds: readonly number[];
  readonly median: number | undefined;
  /** Seconds of processor time: the median. */
  readonly cpuSeconds: number | undefined;
  readonly peakKb: number | undefined;
  /** The first builder's seconds divided by this one's: the median of the rounds. */
  readonly ratio: number | undefined;
  /** The same of processor time. */
  readonly cpuRatio: number | undefined;
  /** Why there are no figures. */
  readonly failure?: string | undefined;
}

export interface RowFigures {
  readonly row: string;
  readonly title: string;
  /** With the number in the scale of this run. */
  readonly family: { readonly name: string; readonly n: number } | undefined;
  readonly figures: readonly BuilderFigures[];
}

export interface CompareOptions {
  readonly times: number;
  /** Factor of the numbers of files, steps and bytes. */
  readonly scale: number;
  /** Whether the builders' images are compared, after the first round. */
  readonly check: boolean;
}

/** A slower builder is stopped. */
const TIMEOUT = 300_000;

/** Milliseconds. */
const SETTLING = 2100;

interface Tally {
  readonly measured: Measurement[];
  failure: string | undefined;
}

type Tallies = ReadonlyMap<Builder, Tally>;

/** @throws Error when two builders make images with different files */
export async function compare(
  bench: Workbench,
  row: Row,
  options: CompareOptions,
): Promise<RowFigures> {
  const tallies = new Map(
    bench.builders.map((builder): [Builder, Tally] => [
      builder,
      { measured: [], failure: undefined },
    ]),
  );
  for (let round = 0; round < options.times; round++) {
    await takeTurn(bench, { row, round, tallies, options });
  }
  const [own] = tallies.values();
  const figures = [...tallies]
    .filter(([, tally]) => tally.measured.length > 0 || tally.failure !== undefined)
    .map(([builder, tally]) => figuresOf(builder, tally, own?.measured ?? []));
  const family = row.family && {
    name: row.family.name,
    n: row.family.isScaled ? row.family.n * options.scale : row.family.n,
  };
  return { row: row.name, title: row.title, family, figures };
}

function figuresOf(
  { name, version }: Builder,
  { measured, failure }: Tally,
  own: readonly Measurement[],
): BuilderFigures {
  const ratioOf = (figure: (one: Measurement) => number | undefined): number | undefined =>
    medianOf(
      measured.map((one, at) => {
        const first = own[at];
        return (
          (first === undefined ? Number.NaN : (figure(first) ?? Number.NaN)) /
          (figure(one) ?? Number.NaN)
        );
      }),
    );
  const usages = measured.flatMap(({ usage }) => (usage === undefined ? [] : [usage]));
  return {
    builder: name,
    version,
    seconds: measured.map((one) => one.seconds),
    median: medianOf(measured.map((one) => one.seconds)),
    cpuSeconds: medianOf(usages.map((one) => one.cpuSeconds)),
    peakKb: usages.length === 0 ? undefined : Math.max(...usages.map((one) => one.peakKb)),
    ratio: ratioOf((one) => one.seconds),
    cpuRatio: ratioOf((one) => one.usage?.cpuSeconds),
    failure,
  };
}

function medianOf(values: readonly number[]): number | undefined {
  const known = values.filter(Number.isFinite);
  return known.length === 0 ? undefined : median(known);
}

interface Round {
  readonly row: Row;
  readonly round: number;
  readonly tallies: Tallies;
  readonly options: CompareOptions;
}

/** Rotates the order of the builders, so that none always profits from warm caches. */
async function takeTurn(bench: Workbench, { row, round, tallies, options }: Round): Promise<void> {
  const turn = join(bench.directory, 'turn');
  const directory = join(turn, 'context');
  mkdirSync(directory, { recursive: true });
  try {
    using workshop = new Workshop(join(turn, 'workshop'));
    const seed = randomBytes(8).toString('hex');
    const size = (full: number): number => Math.max(1, Math.round(full * options.scale));
    const prepared = await row.prepare({ directory, seed, size, workshop });
    const { before = [], change, measured } = prepared;
    const tasks = new Map<Builder, Task>();
    for (const builder of bench.builders) {
      const task = typeof measured === 'function' ? await measured(builder.name) : measured;
      tasks.set(builder, task);
    }
    const taking = [...tasks].filter(([builder, task]) => builder.commands(task) !== undefined);
    const each = async (
      order: typeof taking,
      work: (builder: Builder, task: Task, tally: Tally) => Promise<void>,
    ): Promise<void> => {
      for (const [builder, task] of order) {
        const tally = tallies.get(builder);
        if (tally === undefined || tally.failure !== undefined) continue;
        await work(builder, task, tally).catch((error: unknown) => {
          tally.failure = error instanceof TooSlow ? `over ${error.seconds} s` : String(error);
        });
      }
    };
    // Files that were written just now are read again by whoever remembers their times.
    if (before.length > 0) await delay(SETTLING);
    await each(taking, async (builder) => {
      for (const task of before) await bench.measure(builder, task, TIMEOUT);
    });
    change?.();
    const first = round % Math.max(1, taking.length);
    const order = [...taking.slice(first), ...taking.slice(0, first)];
    await each(order, async (builder, task, tally) => {
      const result = await bench.measure(builder, task, TIMEOUT);
      if (result !== undefined) tally.measured.push(result);
    });
    if (options.check && round === 0) await checkResults(bench, taking, tallies);
  } finally {
    rmSync(turn, { recursive: true, force: true });
  }
}

/** @throws Error when two builders make images with different files */
async function checkResults(
  bench: Workbench,
  taking: readonly [Builder, Task][],
  tallies: Tallies,
): Promise<void> {
  let first: { readonly name: string; readonly tree: FlatTree } | undefined;
  for (const [builder, task] of taking) {
    if (tallies.get(builder)?.failure !== undefined) continue;
    const tree = await bench.result(builder, task);
    if (tree === undefined) continue;
    first ??= { name: builder.name, tree };
    const differs = difference(first.tree, tree);
    if (differs !== undefined) {
      throw new Error(`${first.name} and ${builder.name} make different images: ${differs}`);
    }
  }
}
