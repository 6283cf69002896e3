/** `npm run soak -- [--builds N] [--minutes N] [--at-once N] [--seed N]`: see `--help`. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { staticBusybox } from './kills.ts';
import { type Fault, soak } from './soak.ts';
import { TASK_KINDS, type TaskKind } from './tasks.ts';

const USAGE = `npm run soak -- [OPTIONS]

Runs many lamina commands at once on one store: tiny builds, and loads, removals and prunes beside them.

  --builds N      how many builds; default 2000, or without end with --minutes
  --minutes N     end after so many minutes
  --at-once N     commands at the same time; default 8
  --seed N        choose other commands; default 1
  --burners N     processes that keep the machine busy; default 2
  --without KIND  leave commands out, may be repeated: ${TASK_KINDS.join(', ')}
  --command FILE  another bundled command; default dist/bin/lamina.js
`;

const { values } = parseArgs({
  options: {
    builds: { type: 'string' },
    minutes: { type: 'string' },
    'at-once': { type: 'string', default: '8' },
    seed: { type: 'string', default: '1' },
    burners: { type: 'string', default: '2' },
    without: { type: 'string', multiple: true, default: [] },
    command: { type: 'string', default: 'dist/bin/lamina.js' },
    help: { type: 'boolean', short: 'h' },
  },
});

if (values.help === true) process.stdout.write(USAGE);
else await main();

async function main(): Promise<void> {
  const started = Date.now();
  const end = new AbortController();
  process.once('SIGINT', () => end.abort());
  const defaultBuilds = values.minutes === undefined ? 2000 : Number.POSITIVE_INFINITY;
  const report = await soak({
    command: resolve(values.command),
    builds: values.builds === undefined ? defaultBuilds : numberOf('builds'),
    minutes: values.minutes === undefined ? undefined : Number(values.minutes),
    busybox: staticBusybox(),
    atOnce: numberOf('at-once'),
    seed: numberOf('seed'),
    burners: numberOf('burners'),
    without: values.without.map(kindOf),
    signal: end.signal,
    onFault: printFault,
    onProgress: (builds, faults) => {
      const seconds = Math.round((Date.now() - started) / 1000);
      process.stdout.write(`${seconds} s: ${builds} builds, ${faults} faults\n`);
    },
  });
  const { builds, commands, faults, directory } = report;
  const others = commands - builds;
  const minutes = ((Date.now() - started) / 60_000).toFixed(1);
  process.stdout.write(
    `${builds} builds and ${others} other commands in ${minutes} minutes, seed ${values.seed}: ` +
      `${faults.length === 0 ? 'no fault' : `${faults.length} faults, kept in ${directory}`}\n`,
  );
  process.exitCode = faults.length === 0 ? 0 : 1;
}

function printFault({ number, args, what, log }: Fault): void {
  process.stdout.write(`\nFAULT ${number}: lamina ${args.join(' ')}\n${what}\n${log}\n`);
}

function numberOf(name: 'builds' | 'at-once' | 'seed' | 'burners'): number {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} ${values[name]}: a number`);
  return value;
}

function kindOf(text: string): TaskKind {
  const kind = TASK_KINDS.find((one) => one === text);
  if (kind === undefined) throw new Error(`--without ${text}: one of ${TASK_KINDS.join(', ')}`);
  return kind;
}
