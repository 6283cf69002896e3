/** Many steps and stages, few bytes. */
import { execFileSync } from 'node:child_process';
import { BASE } from '../builders/builder.ts';
import { numbers, writeFiles } from '../data.ts';
import type { Row, Turn } from '../row.ts';

export const fiftyRuns: Row = {
  name: 'runs-50',
  title: '50 trivial RUN steps',
  times: 5,
  prepare({ directory, seed, size }) {
    const commands = [
      `echo ${seed} > /seed`,
      ...numbers(size(50)).map((at) => `echo ${at} > /step`),
    ];
    const runs = commands.map((command) => `RUN ${command}\n`);
    writeFiles(directory, { Dockerfile: `FROM ${BASE}\n${runs.join('')}` });
    return { measured: { kind: 'build', directory, least: [{ kind: 'steps', commands }] } };
  },
};

const count = (turns: number): string => `i=0; while [ $i -lt ${turns} ]; do i=$((i+1)); done`;

/** Turns of a shell's loop that take one second of processor time on this machine. */
function turnsPerSecond(): number {
  const trial = 300_000;
  const started = process.hrtime.bigint();
  execFileSync('/bin/busybox', ['sh', '-c', count(trial)]);
  return Math.round((trial * 1e9) / Number(process.hrtime.bigint() - started));
}

export const eightStages: Row = {
  name: 'stages-8',
  title: '8 stages, each of one second of processor time',
  times: 3,
  prepare({ directory, seed, size }) {
    const work = count(size(turnsPerSecond()));
    const commands = numbers(8).map((at) => `${work}; echo ${at} ${seed} > /result`);
    const stages = commands.map((command, at) => `FROM ${BASE} AS s${at}\nRUN ${command}\n`);
    const copies = numbers(8).map((at) => `COPY --from=s${at} /result /result${at}\n`);
    writeFiles(directory, { Dockerfile: `${stages.join('')}FROM scratch\n${copies.join('')}` });
    const least = [{ kind: 'steps', commands, atOnce: true }] as const;
    return { measured: { kind: 'build', directory, least } };
  },
};

/** Each stage has a file of its own, and copies that of the stage before it: no two steps are the same. */
function writeChain({ directory, seed }: Turn, count: number): void {
  const stages = numbers(count).map((at) => {
    const before = at === 0 ? '' : `COPY --from=s${at - 1} /f${at - 1} /before\n`;
    return `FROM scratch AS s${at}\n${before}COPY f${at} /f${at}\n`;
  });
  const files = numbers(count).map((at): [string, string] => [`f${at}`, `${seed} ${at}\n`]);
  writeFiles(directory, { Dockerfile: stages.join(''), ...Object.fromEntries(files) });
}

export const thousandStages: Row = {
  name: 'stages-1000',
  title: '1,000 stages, 3 needed, cached',
  times: 7,
  prepare(turn) {
    writeChain(turn, Math.max(3, turn.size(1000)));
    const { directory } = turn;
    const measured = { kind: 'build', directory, target: 's2', least: [] } as const;
    return { before: [measured, measured], measured };
  },
};

export const coldStages: Row = {
  name: 'stages-300',
  title: '300 stages, all needed, cold',
  times: 3,
  prepare(turn) {
    const count = turn.size(300);
    writeChain(turn, count);
    const least = [
      { kind: 'look', path: '.' },
      { kind: 'layers', count },
    ] as const;
    return { measured: { kind: 'build', directory: turn.directory, least } };
  },
};
