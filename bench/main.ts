/** `npm run bench -- [--times n] [--without peer] [scenario…]`: compares lamina with other builders on the same inputs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compare, type ScenarioFigures } from './compare.ts';
import { measureNodeStarts, NODE_STARTS, type NodeStartFigures } from './node-starts.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { nodeStartText, scenarioTable, tableHead } from './table.ts';
import { Workbench } from './workbench.ts';

const DEFAULT_PAIRS = 15;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    times: { type: 'string', short: 'n' },
    without: { type: 'string', multiple: true },
    help: { type: 'boolean', short: 'h' },
  },
});

if (values.help === true) process.stdout.write(usage());
else await main(values.times === undefined ? undefined : Number(values.times));

async function main(times: number | undefined): Promise<void> {
  const wanted = positionals.length === 0 ? [NODE_STARTS, ...names()] : positionals;
  const unknown = wanted.find((name) => name !== NODE_STARTS && !names().includes(name));
  if (unknown !== undefined) throw new Error(`no scenario '${unknown}'\n${usage()}`);
  await using bench = await Workbench.open(values.without);
  write(`${machine()}\n`);
  for (const reason of bench.absent) write(`not measured: ${reason}\n`);
  let nodeStarts: NodeStartFigures | undefined;
  if (wanted.includes(NODE_STARTS)) {
    nodeStarts = await measureNodeStarts(bench.directory, times ?? DEFAULT_PAIRS);
    write(nodeStartText(nodeStarts));
  }
  const results: ScenarioFigures[] = [];
  if (wanted.some((name) => name !== NODE_STARTS)) write(tableHead());
  for (const scenario of scenarios.filter(({ name }) => wanted.includes(name))) {
    const figures = await compare(bench, scenario, times ?? scenario.times);
    write(scenarioTable(figures));
    results.push(figures);
  }
  const { absent } = bench;
  write(`written to ${keep({ machine: machine(), absent, nodeStarts, results })}\n`);
}

function names(): string[] {
  return scenarios.map(({ name }) => name);
}

function usage(): string {
  const all: readonly Pick<Scenario, 'name' | 'title'>[] = [
    { name: NODE_STARTS, title: 'fully cached rebuild of examples/hello-go against bare node' },
    ...scenarios,
  ];
  const lines = all.map(({ name, title }) => `  ${name.padEnd(15)} ${title}\n`);
  return `npm run bench -- [--times n] [--without peer] [scenario…]\n\n${lines.join('')}`;
}

function machine(): string {
  const [cpu] = cpus();
  const load = loadavg().map((value) => value.toFixed(1));
  const memory = Math.round(totalmem() / 2 ** 30);
  return `node ${process.version}, ${cpus().length} x ${cpu?.model.trim() ?? '?'}, ${memory} GB; load ${load.join(' ')}`;
}

function keep(report: object): string {
  const directory = join(process.env.PROGRAM_DIRECTORY ?? '.', 'results');
  mkdirSync(directory, { recursive: true });
  const time = new Date().toISOString();
  const file = join(directory, `${time.replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify({ time, ...report }, undefined, 2)}\n`);
  return file;
}

function write(text: string): void {
  process.stdout.write(text);
}
