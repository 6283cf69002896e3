/** Many targets on a builder with several nodes, some of which fail in the middle. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND, execute } from '../../support/cli.ts';
import { startDaemon, type TestDaemon } from './daemons.ts';

export interface NodesOptions {
  /** Path of `buildkitd`. */
  readonly program: string;
  /** Static. */
  readonly busybox: string;
  /** Empty. */
  readonly directory: string;
  readonly nodes: number;
  readonly targets: number;
  /** What a node that fails gets: SIGKILL ends it, SIGSTOP makes it silent. */
  readonly failure?: NodeJS.Signals | undefined;
}

export interface NodesReport {
  readonly seconds: number;
  readonly status: number | null;
  /** Names of targets whose files are missing or wrong. */
  readonly wrong: readonly string[];
  /** Targets begun on each node. */
  readonly begun: Readonly<Record<string, number>>;
  readonly log: string;
}

/** Steps of a node that run at once, and the targets that it gets. */
const CAPACITY = 4;
/** Seconds that the step of a target waits: with few cores, waiting shows the schedule, and computing would not. */
const WAIT = 4;

export async function bakeOnNodes(options: NodesOptions): Promise<NodesReport> {
  const { program, directory, nodes } = options;
  const started: TestDaemon[] = [];
  try {
    for (let number = 0; number < nodes; number++) {
      const own = join(directory, `node${number}`);
      started.push(await startDaemon({ program, directory: own, parallelism: CAPACITY }));
    }
    return await bakeOn(started, options);
  } finally {
    for (const daemon of started) await daemon[Symbol.asyncDispose]();
  }
}

async function bakeOn(started: readonly TestDaemon[], options: NodesOptions): Promise<NodesReport> {
  const { directory, targets } = options;
  const env = environment(directory);
  for (const [number, { address }] of started.entries()) {
    const args = ['builder', 'create', '--append', '--name', 'many', '--node', `n${number}`];
    await lamina([...args, '--driver-opt', `capacity=${CAPACITY}`, address], env);
  }
  const names = Array.from({ length: targets }, (_, number) => `t${number}`);
  const project = writeProject(options, names);
  const begin = performance.now();
  const args = ['bake', '--progress=plain', '--builder', 'many', ...names];
  const { status, log } = await watched(args, { cwd: project, env }, (text) => {
    const isUnderWay = (text.match(/RUN sleep \d+; echo/g)?.length ?? 0) >= targets / 3;
    if (isUnderWay && options.failure !== undefined) started[0]?.kill(options.failure);
    return isUnderWay;
  });
  const seconds = (performance.now() - begin) / 1000;
  const wrong = names.filter((name) => !isRight(join(project, 'out', name), name));
  const begun: Record<string, number> = {};
  for (const [, node = ''] of log.matchAll(/^#\d+ \[.* on node (\w+)$/gm)) {
    begun[node] = (begun[node] ?? 0) + 1;
  }
  return { seconds, status, wrong, begun, log };
}

function environment(directory: string): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  return { PATH, HOME: join(directory, 'home'), LAMINA_ROOT: join(directory, 'store') };
}

async function lamina(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { status, stderr } = await execute(process.execPath, [COMMAND, ...args], { env });
  if (status !== 0) throw new Error(`lamina ${args.join(' ')} ended with ${status}:\n${stderr}`);
}

function writeProject({ directory, busybox }: NodesOptions, names: readonly string[]): string {
  const project = join(directory, 'project');
  rmSync(project, { recursive: true, force: true });
  mkdirSync(project, { recursive: true });
  copyFileSync(busybox, join(project, 'busybox'));
  writeFileSync(
    join(project, 'Dockerfile'),
    [
      'FROM scratch AS shared',
      'COPY busybox /bin/sh',
      'COPY busybox /bin/sleep',
      'RUN sleep 1; echo shared > /shared',
      'FROM shared',
      'ARG NAME',
      `RUN sleep ${WAIT}; echo "$NAME" > /name`,
    ].join('\n'),
  );
  const target = Object.fromEntries(
    names.map((name) => [name, { args: { NAME: name }, output: [`type=local,dest=out/${name}`] }]),
  );
  writeFileSync(join(project, 'docker-bake.json'), JSON.stringify({ target }));
  return project;
}

function isRight(output: string, name: string): boolean {
  try {
    const read = (file: string) => readFileSync(join(output, file), 'utf8');
    return read('name') === `${name}\n` && read('shared') === 'shared\n';
  } catch {
    return false;
  }
}

interface WatchedOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** @param onText gets the log so far, until it returns true */
function watched(
  args: readonly string[],
  options: WatchedOptions,
  onText: (log: string) => boolean,
): Promise<{ readonly status: number | null; readonly log: string }> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(process.execPath, [COMMAND, ...args], {
      ...options,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    let watch: typeof onText | undefined = onText;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (watch?.(log) === true) watch = undefined;
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, log }));
  });
}
