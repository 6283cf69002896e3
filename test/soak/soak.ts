/** Many commands at once on one store of a busy machine, for as long as it takes to see what happens once in a thousand. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Random, randomFrom } from './random.ts';
import { nextTask, type Task, type TaskKind } from './tasks.ts';
import { buildTogether } from './together.ts';

export interface SoakOptions {
  /** The bundled command. */
  readonly command: string;
  /** Ends after so many builds, or minutes. */
  readonly builds: number;
  readonly minutes?: number | undefined;
  readonly atOnce: number;
  /** A static busybox: with it, builds with RUN start together first, and again at the end. */
  readonly busybox?: string | undefined;
  readonly seed: number;
  /** Processes that do nothing but use a processor. */
  readonly burners: number;
  readonly without?: readonly TaskKind[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onFault?: ((fault: Fault) => void) | undefined;
  readonly onProgress?: ((builds: number, faults: number) => void) | undefined;
}

/** A command that ended otherwise than it may. */
export interface Fault {
  readonly number: number;
  readonly args: readonly string[];
  readonly what: string;
  readonly log: string;
}

export interface SoakReport {
  readonly builds: number;
  readonly commands: number;
  readonly faults: readonly Fault[];
  /** Where everything is, for a look at it; undefined when nothing was wrong and it is removed. */
  readonly directory: string | undefined;
}

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly log: string;
}

export async function soak(options: SoakOptions): Promise<SoakReport> {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-soak-'));
  const run = new SoakRun(options, directory);
  const burners = Array.from({ length: options.burners }, () =>
    spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
  );
  try {
    await run.prepare();
    await run.together(1);
    await Promise.all(Array.from({ length: options.atOnce }, (_, worker) => run.work(worker)));
    await run.together(2);
    run.lookForLeftovers();
    await run.check();
  } finally {
    for (const burner of burners) burner.kill('SIGKILL');
  }
  const { builds, commands, faults } = run;
  if (faults.length === 0) rmSync(directory, { recursive: true, force: true });
  return { builds, commands, faults, directory: faults.length === 0 ? undefined : directory };
}

class SoakRun {
  builds = 0;
  commands = 0;
  readonly faults: Fault[] = [];
  readonly #options: SoakOptions;
  readonly #directory: string;
  readonly #random: Random;

  constructor(options: SoakOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
    this.#random = randomFrom(options.seed);
  }

  get #archive(): string {
    return join(this.#directory, 'loaded.tar');
  }

  /** The base image, and an archive to load. */
  async prepare(): Promise<void> {
    const context = this.#newDirectory('base');
    writeFileSync(join(context, 'base-file'), 'base');
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY base-file /\n');
    await this.#succeed(['build', '-t', 'base', context]);
    writeFileSync(join(context, 'Dockerfile'), 'FROM base\nCOPY base-file /other\n');
    const output = `type=docker,dest=${this.#archive}`;
    await this.#succeed(['build', '-t', 'loaded', '-o', output, context]);
  }

  /** As many builds with RUN as there are commands at once, all in the same moment. */
  async together(round: number): Promise<void> {
    const { busybox, atOnce } = this.#options;
    if (busybox === undefined) return;
    const context = this.#newDirectory(`shell-${round}`);
    copyFileSync(busybox, join(context, 'busybox'));
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY --chmod=755 busybox /bin/sh\n');
    await this.#succeed(['build', '-t', 'shell', context]);
    const faults = await buildTogether({
      run: (args) => this.#lamina(args),
      ...{ directory: this.#directory, builds: atOnce, round },
    });
    this.builds += 2 * atOnce;
    this.commands += 2 * atOnce + 4;
    for (const what of faults) this.#report({ number: -round, args: ['build'], what, log: '' });
  }

  /** The store is whole at the end. */
  async check(): Promise<void> {
    const { status, log } = await this.#lamina(['system', 'check']);
    if (status === 0) return;
    this.#report({ number: this.commands, args: ['system', 'check'], what: 'damage', log });
  }

  async work(worker: number): Promise<void> {
    const directory = this.#newDirectory(`worker-${worker}`);
    const { minutes = Number.POSITIVE_INFINITY } = this.#options;
    const end = Date.now() + minutes * 60_000;
    while (
      this.builds < this.#options.builds &&
      Date.now() < end &&
      this.#options.signal?.aborted !== true
    ) {
      const number = ++this.commands;
      const task = nextTask({
        ...{ random: this.#random, number, directory, archive: this.#archive },
        without: new Set(this.#options.without ?? []),
      });
      if (task.kind === 'build') this.builds++;
      const what = wrongWith(task, await this.#lamina(task.args));
      if (what !== undefined) this.#report({ number, args: task.args, ...what });
      if (this.commands % 100 === 0) this.#options.onProgress?.(this.builds, this.faults.length);
    }
  }

  /** When nobody uses the store, what was temporary is gone. */
  lookForLeftovers(): void {
    for (const folder of ['tmp', 'leases', 'locks']) {
      const left = readdirSync(join(this.#directory, 'store', folder));
      if (left.length === 0) continue;
      const what = `${folder}/ of the store still holds ${left.length} files`;
      this.#report({ number: this.commands, args: [], what, log: left.join('\n') });
    }
  }

  #newDirectory(name: string): string {
    const path = join(this.#directory, name);
    mkdirSync(path);
    return path;
  }

  #report(fault: Fault): void {
    this.faults.push(fault);
    const { number, args, what, log } = fault;
    const text = `lamina ${args.join(' ')}\n${what}\n\n${log}`;
    writeFileSync(join(this.#directory, `fault-${number}.log`), text);
    this.#options.onFault?.(fault);
  }

  async #succeed(args: readonly string[]): Promise<void> {
    const { status, log } = await this.#lamina(args);
    if (status !== 0) throw new Error(`lamina ${args.join(' ')} ended with ${status}:\n${log}`);
  }

  #lamina(args: readonly string[]): Promise<Ended> {
    const child = spawn(process.execPath, [this.#options.command, ...args], {
      env: {
        ...process.env,
        LAMINA_ROOT: join(this.#directory, 'store'),
        LAMINA_DEBUG: '1',
        NO_COLOR: '1',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return ended(child);
  }
}

function ended(child: ChildProcess): Promise<Ended> {
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      log += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status, signal) => resolve({ status, signal, log }));
  });
}

/** What a command did that it may not; undefined: nothing. */
function wrongWith(task: Task, result: Ended): Pick<Fault, 'what' | 'log'> | undefined {
  const { status, signal, log } = result;
  if (signal !== null) return { what: `died of ${signal}`, log };
  if (status !== 0) {
    if (task.allowed?.some((code) => log.includes(code)) === true) return undefined;
    return { what: `ended with status ${status}`, log };
  }
  try {
    task.verify?.();
    return undefined;
  } catch (error) {
    return { what: error instanceof Error ? error.message : String(error), log };
  }
}
