/** Builds that start at once on one store: what they share runs once, and cache mounts keep their promises across processes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A command of the store: its status and what it printed. */
export type Run = (args: readonly string[]) => Promise<{ status: number | null; log: string }>;

export interface TogetherOptions {
  readonly run: Run;
  /** For contexts; exists. */
  readonly directory: string;
  readonly builds: number;
  /** Tells one call from another. */
  readonly round: number;
}

/** The base image `shell` must be in the store, with a busybox as `/bin/sh`. */
const STEPS = ['one', 'two', 'three'];

/** @returns what went wrong */
export async function buildTogether(options: TogetherOptions): Promise<readonly string[]> {
  return [...(await shareSteps(options)), ...(await shareCaches(options))];
}

/** All builds need the same steps, while images without a name are pruned beside them. */
async function shareSteps({ run, directory, builds, round }: TogetherOptions): Promise<string[]> {
  const context = join(directory, `same-${round}`);
  mkdirSync(context);
  const steps = STEPS.map((name) => `RUN echo ran-${name}-${round} && echo ${name} > /${name}\n`);
  writeFileSync(join(context, 'Dockerfile'), `FROM shell\n${steps.join('')}`);
  const all = await Promise.all([
    ...Array.from({ length: builds }, () => run(['build', '--progress=plain', context])),
    ...Array.from({ length: 4 }, () => run(['image', 'prune', '-f'])),
  ]);
  const faults = all.flatMap(({ status, log }) =>
    status === 0 ? [] : [`status ${status}: ${log}`],
  );
  for (const name of STEPS) {
    const line = new RegExp(`^#\\d+ [\\d.]+ ran-${name}-${round}$`, 'gm');
    const times = all.reduce((sum, { log }) => sum + (log.match(line)?.length ?? 0), 0);
    if (times !== 1) faults.push(`the step ${name} of ${builds} builds ran ${times} times`);
  }
  return faults;
}

/** Every build counts in a locked, a shared and a private cache mount. */
async function shareCaches({ run, directory, builds, round }: TogetherOptions): Promise<string[]> {
  const mount = (sharing: string) =>
    `--mount=type=cache,id=${sharing}-${round},sharing=${sharing},target=/${sharing}`;
  const script = [
    'n=$(cat /locked/n 2>/dev/null || echo 0); sleep 0.02; echo $((n+1)) > /locked/n',
    'echo "$BUILD" >> /shared/log',
    'if [ -e /private/busy ]; then echo private-is-shared; exit 1; fi',
    'touch /private/busy; sleep 0.02; rm /private/busy',
  ].join('; ');
  const one = (number: number, text: string) => {
    const context = join(directory, `caches-${round}-${number}`);
    mkdirSync(context);
    const mounts = ['locked', 'shared', 'private'].map(mount).join(' ');
    writeFileSync(
      join(context, 'Dockerfile'),
      `FROM shell\nENV BUILD=${number}\nRUN ${mounts} ${text}\n`,
    );
    return run(['build', '--progress=plain', context]);
  };
  const all = await Promise.all(Array.from({ length: builds }, (_, number) => one(number, script)));
  const faults = all.flatMap(({ status, log }) =>
    status === 0 ? [] : [`status ${status}: ${log}`],
  );
  const { log } = await one(
    builds,
    'echo "locked=$(cat /locked/n) shared=$(sort -u /shared/log | wc -l)"',
  );
  const [, locked, shared] = /^#\d+ [\d.]+ locked=(\d+) shared=(\d+)$/m.exec(log) ?? [];
  if (locked !== `${builds}`) faults.push(`${builds} builds counted to ${locked}, locked: ${log}`);
  if (shared !== `${builds}`)
    faults.push(`${shared} of ${builds} builds wrote to the shared cache`);
  return faults;
}
