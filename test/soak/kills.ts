/**
 * Kills commands at random moments and at random changes of the store, and looks after each what is left: `system check`
 * finds the store whole, no image that was reported is lost, and no process, mount or temporary file stays.
 */
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Random, randomFrom } from './random.ts';

export interface KillOptions {
  /** The bundled command. */
  readonly command: string;
  /** A static busybox. */
  readonly busybox: string;
  readonly kills: number;
  /** How many of them are at changes of the store; the others are at random moments. */
  readonly atChanges: number;
  readonly seed: number;
  readonly onProgress?: ((kills: number, faults: number) => void) | undefined;
}

export interface KillReport {
  /** Commands that were killed before they ended. */
  readonly killed: number;
  readonly killedAtChanges: number;
  readonly faults: readonly string[];
  /** Kept if there are faults. */
  readonly directory: string | undefined;
}

const PRELOAD = join(process.env.PROGRAM_DIRECTORY ?? import.meta.dirname, 'kill-at-write.cjs');
/** Milliseconds: longer than the commands take on a quiet machine. */
const LONGEST = 1500;

export async function killMany(options: KillOptions): Promise<KillReport> {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-kills-'));
  const run = new KillRun(options, directory);
  await run.all();
  const { killed, killedAtChanges, faults } = run;
  if (faults.length === 0) rmSync(directory, { recursive: true, force: true });
  return {
    ...{ killed, killedAtChanges, faults },
    directory: faults.length === 0 ? undefined : directory,
  };
}

interface Ended {
  readonly status: number | null;
  readonly isKilled: boolean;
  readonly stdout: string;
}

class KillRun {
  killed = 0;
  killedAtChanges = 0;
  readonly faults: string[] = [];
  readonly #options: KillOptions;
  readonly #directory: string;
  readonly #random: Random;
  /** Tag → ID of images that a command has reported. */
  readonly #complete = new Map<string, string>();
  #changes = 200;

  constructor(options: KillOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
    this.#random = randomFrom(options.seed);
  }

  get #store(): string {
    return join(this.#directory, 'store');
  }

  async all(): Promise<void> {
    const context = join(this.#directory, 'context');
    mkdirSync(context);
    copyFileSync(this.#options.busybox, join(context, 'busybox'));
    writeFileSync(
      join(context, 'Dockerfile'),
      'FROM scratch\nCOPY --chmod=755 busybox /bin/sh\nCOPY number /number\nRUN --mount=type=cache,target=/c mkdir -p /many && for i in 1 2 3 4 5 6 7 8; do echo $i > /many/$i; done; cat /number > /c/last\n',
    );
    const archive = join(this.#directory, 'saved.tar');
    this.#number(0);
    await this.#build('first', {});
    await this.#lamina(['save', '-o', archive, 'first'], {});
    const counts = join(this.#directory, 'changes');
    this.#number(1);
    await this.#build('counted', { LAMINA_KILL_COUNT: counts, ...this.#preload(0) });
    this.#changes = Number(readFileSync(counts, 'utf8').trim().split('\n').at(-1)) || this.#changes;
    const { kills, atChanges } = this.#options;
    for (let number = 1; this.killed < kills && number < 20 * kills; number++) {
      const isAtChange = this.killedAtChanges < atChanges && number % 2 === 0;
      await this.#one(number, isAtChange, archive);
      if (number % 20 === 0) this.#options.onProgress?.(this.killed, this.faults.length);
    }
    await this.#lookForLeftovers();
  }

  async #one(number: number, isAtChange: boolean, archive: string): Promise<void> {
    const env = isAtChange ? this.#preload(1 + this.#random(this.#changes)) : {};
    const limit = isAtChange ? undefined : this.#random(LONGEST);
    const tag = `tag-${this.#random(6)}`;
    const kind = this.#random(10);
    let ended: Ended;
    if (kind < 6) {
      this.#number(number);
      ended = await this.#build(tag, env, limit);
    } else if (kind < 7) ended = await this.#lamina(['load', '-q', '-i', archive], env, limit);
    else if (kind < 8) ended = await this.#lamina(['builder', 'prune', '-af'], env, limit);
    else if (kind < 9) ended = await this.#lamina(['image', 'prune', '-f'], env, limit);
    else
      ended = await this.#lamina(['run', '--rm', 'first', '/bin/sh', '-c', 'echo x'], env, limit);
    if (ended.isKilled) {
      this.killed++;
      if (isAtChange) this.killedAtChanges++;
    } else if (ended.status !== 0) this.#fault(number, `a command ended with ${ended.status}`);
    await this.#check(number);
  }

  async #build(tag: string, env: Readonly<Record<string, string>>, limit?: number): Promise<Ended> {
    const args = ['build', '-q', '-t', tag, join(this.#directory, 'context')];
    // The tag may already have moved when a killed build reported nothing.
    const before = this.#complete.get(tag);
    this.#complete.delete(tag);
    const ended = await this.#lamina(args, env, limit);
    if (ended.status === 0) this.#complete.set(tag, ended.stdout.trim());
    else if (before !== undefined) this.#complete.set(tag, '');
    return ended;
  }

  async #check(number: number): Promise<void> {
    const checked = await this.#lamina(['system', 'check'], {});
    if (checked.status !== 0) this.#fault(number, `system check: ${checked.stdout}`);
    const format = ['--format', '{{.Repository}} {{.ID}}', '--no-trunc'];
    const { stdout } = await this.#lamina(['images', ...format], {});
    const listed = new Map(stdout.split('\n').map((line) => line.split(' ') as [string, string]));
    for (const [tag, id] of this.#complete) {
      // Empty: any image, of a build that was reported or of one that was not.
      const found = listed.get(tag);
      if (found === undefined || (id !== '' && found !== id)) this.#fault(number, `${tag} is lost`);
    }
  }

  /** The next command that takes a lease removes what killed ones have left. */
  async #lookForLeftovers(): Promise<void> {
    await this.#lamina(['system', 'prune', '-f'], {});
    for (const folder of ['tmp', 'leases', 'locks']) {
      const left = readdirSync(join(this.#store, folder));
      if (left.length > 0) this.#fault(0, `${folder}/ still holds ${left.join(', ')}`);
    }
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const own = mounts.filter((line) => line.includes(this.#directory));
    if (own.length > 0) this.#fault(0, `mounts are left: ${own.join('; ')}`);
    for (let patience = 100; this.#processes().length > 0 && patience > 0; patience--)
      await delay(50);
    const left = this.#processes();
    if (left.length > 0) this.#fault(0, `processes are left: ${left.join(', ')}`);
  }

  /** Processes that were started with this store. */
  #processes(): readonly string[] {
    return readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(
          `LAMINA_ROOT=${this.#store}`,
        );
      } catch {
        return false;
      }
    });
  }

  #number(number: number): void {
    writeFileSync(join(this.#directory, 'context/number'), String(number));
  }

  #preload(at: number): Readonly<Record<string, string>> {
    return {
      ...{ NODE_OPTIONS: `--require=${PRELOAD}`, LAMINA_KILL_ROOT: this.#store },
      LAMINA_KILL_AT: String(at),
    };
  }

  #fault(number: number, what: string): void {
    this.faults.push(`after command ${number}: ${what}`);
  }

  #lamina(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    limit?: number,
  ): Promise<Ended> {
    const child = spawn(process.execPath, [this.#options.command, ...args], {
      env: { ...process.env, LAMINA_ROOT: this.#store, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (data: Buffer) => output.push(data));
    const timer = limit === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), limit);
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status, signal) => {
        clearTimeout(timer);
        const stdout = Buffer.concat(output).toString();
        resolve({ status, isKilled: signal === 'SIGKILL', stdout });
      });
    });
  }
}

/** Where the distribution has a static busybox; undefined if it has none. */
export function staticBusybox(): string | undefined {
  return ['/bin/busybox', '/usr/bin/busybox'].find(
    (path) => existsSync(path) && spawnSync(path, ['true']).status === 0,
  );
}
