/**
 * Builds on a disk that fails: each call that reads, writes, syncs or renames in the store fails once with EIO and once with ENOSPC. The error has a
 * code and no stack, the store stays whole, and nothing is left behind.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomFrom } from '../random.ts';

export interface IoErrorOptions {
  /** The bundled command. */
  readonly command: string;
  /** A static busybox. */
  readonly busybox: string;
  readonly seed: number;
  /** How many failures; undefined: all of them. */
  readonly most?: number | undefined;
  readonly onProgress?: ((done: number, of: number, faults: number) => void) | undefined;
}

export interface IoErrorReport {
  readonly failures: number;
  /** Error code → how often a command ended with it; `none`: it ended well all the same. */
  readonly codes: ReadonlyMap<string, number>;
  readonly faults: readonly string[];
}

/** In all threads and processes, those of helpers too. */
const CALLS = [
  ...['pwrite64', 'fsync', 'fdatasync', 'syncfs', 'rename', 'mkdir', 'ftruncate'],
  ...['copy_file_range', 'unlink', 'rmdir', 'flock', 'mkdirat', 'fallocate'],
];
/** Of SQLite: elsewhere, they would hit Node's own files. */
const DATABASE_CALLS = ['pread64', 'openat', 'fcntl'];
const DATABASE_FILES = ['store.db', 'store.db-wal', 'store.db-shm', 'store.db-journal'];
const ERRORS = ['EIO', 'ENOSPC'] as const;

interface Failure {
  /** A system call, or undefined: a call of JavaScript. */
  readonly call: string | undefined;
  readonly at: number;
  readonly error: (typeof ERRORS)[number];
  readonly command: 'build' | 'prune' | 'save';
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @throws Error if a command fails on a good disk */
export async function failDisks(options: IoErrorOptions): Promise<IoErrorReport> {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-failing-'));
  try {
    return new FailingDisks(options, directory).all();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const SHIM = join(process.env.PROGRAM_DIRECTORY ?? import.meta.dirname, 'fail-at-call.cjs');

class FailingDisks {
  readonly #options: IoErrorOptions;
  readonly #directory: string;
  readonly #codes = new Map<string, number>();
  readonly #faults: string[] = [];

  constructor(options: IoErrorOptions, directory: string) {
    this.#options = options;
    this.#directory = directory;
  }

  get #store(): string {
    return join(this.#directory, 'store');
  }

  all(): IoErrorReport {
    const context = join(this.#directory, 'context');
    mkdirSync(context);
    copyFileSync(this.#options.busybox, join(context, 'busybox'));
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY --chmod=755 busybox /bin/sh\n');
    this.#succeed(['build', '-q', '-t', 'base', context]);
    this.#writeApp(1);
    this.#succeed(['build', '-q', '-t', 'app', context]);
    cpSync(this.#store, `${this.#store}.good`, { recursive: true, verbatimSymlinks: true });
    this.#writeApp(2);
    const failures = this.#chosen();
    for (const [number, failure] of failures.entries()) {
      this.#look(failure);
      if (number % 20 === 0) {
        this.#options.onProgress?.(number, failures.length, this.#faults.length);
      }
    }
    return { failures: failures.length, codes: this.#codes, faults: this.#faults };
  }

  #writeApp(number: number): void {
    const text = `FROM base\nCOPY Dockerfile /number\nRUN --mount=type=cache,target=/c mkdir /dir && echo ${number} > /dir/file && ln -s file /dir/link && echo x > /c/x\n`;
    writeFileSync(join(this.#directory, 'context/Dockerfile'), text);
  }

  #args(command: Failure['command']): readonly string[] {
    switch (command) {
      case 'build':
        return ['build', '--progress=plain', '-t', 'new', join(this.#directory, 'context')];
      case 'prune':
        return ['system', 'prune', '-af'];
      case 'save':
        return ['save', '-o', join(this.#directory, 'saved.tar'), 'app'];
    }
  }

  #chosen(): readonly Failure[] {
    const all: Failure[] = [];
    for (const command of ['build', 'prune', 'save'] as const) {
      const add = (call: string | undefined, count: number) => {
        for (const error of ERRORS) {
          for (let at = 1; at <= count; at++) all.push({ call, at, error, command });
        }
      };
      for (const [call, count] of this.#systemCalls(command, CALLS, [])) add(call, count);
      const ofDatabase = this.#systemCalls(command, DATABASE_CALLS, this.#databaseFiles);
      for (const [call, count] of ofDatabase) add(call, count);
      add(undefined, this.#javaScriptCalls(command));
    }
    const random = randomFrom(this.#options.seed);
    const { most = all.length } = this.#options;
    while (all.length > most) all.splice(random(all.length), 1);
    return all;
  }

  /** How often a thread makes each call at most: strace counts for each of them. */
  #systemCalls(
    command: Failure['command'],
    calls: readonly string[],
    onlyFiles: readonly string[],
  ): ReadonlyMap<string, number> {
    this.#restore();
    const log = join(this.#directory, 'calls');
    const trace = [
      'strace',
      '-f',
      '-qq',
      '-o',
      log,
      ...onlyFiles,
      '-e',
      `trace=${calls.join(',')}`,
    ];
    const { status, stderr } = this.#lamina(this.#args(command), { wrapper: trace });
    if (status !== 0) throw new Error(`lamina ${command} ended with ${status}:\n${stderr}`);
    const counts = new Map<string, number>();
    for (const [, thread = '', call = ''] of readFileSync(log, 'latin1').matchAll(
      /^(\d+) +(\w+)\(/gm,
    )) {
      counts.set(`${thread} ${call}`, (counts.get(`${thread} ${call}`) ?? 0) + 1);
    }
    const most = new Map<string, number>();
    for (const [key, count] of counts) {
      const call = key.slice(key.indexOf(' ') + 1);
      most.set(call, Math.max(most.get(call) ?? 0, count));
    }
    return most;
  }

  get #databaseFiles(): readonly string[] {
    return DATABASE_FILES.flatMap((name) => ['-P', join(this.#store, 'db', name)]);
  }

  #javaScriptCalls(command: Failure['command']): number {
    this.#restore();
    const count = join(this.#directory, 'count');
    const env = { ...this.#shim(0, 'EIO'), LAMINA_FAIL_COUNT: count };
    this.#lamina(this.#args(command), { env });
    return Number(readFileSync(count, 'utf8').trim().split('\n').at(-1));
  }

  #look(failure: Failure): void {
    this.#restore();
    const { call, at, error, command } = failure;
    const settings =
      call === undefined
        ? { env: this.#shim(at, error) }
        : {
            wrapper: [
              'strace',
              '-f',
              '-qq',
              '-o',
              '/dev/null',
              ...(DATABASE_CALLS.includes(call) ? this.#databaseFiles : []),
              '-e',
              'signal=none',
              `--inject=${call}:error=${error}:when=${at}`,
            ],
          };
    const ended = this.#lamina(this.#args(command), settings);
    const fault = (what: string) => {
      const where = `${command}: ${error} at ${call ?? 'call'} ${at}`;
      this.#faults.push(`${where}: ${what}\n${ended.stdout}${ended.stderr}`);
    };
    const code = /^ +code: ([A-Z_0-9]+)/m.exec(ended.stderr)?.[1];
    const name = ended.status === 0 ? 'none' : (code ?? 'no code');
    this.#codes.set(name, (this.#codes.get(name) ?? 0) + 1);
    if (ended.status === null) fault('it was killed');
    if (ended.status !== 0 && code === undefined) fault('the error has no code');
    if (/INTERNAL|^ +at |Node\.js v/m.test(ended.stderr)) fault('an internal error');
    this.#lookAfter(command, fault);
  }

  #lookAfter(command: Failure['command'], fault: (what: string) => void): void {
    const checked = this.#lamina(['system', 'check']);
    if (checked.status !== 0) fault(`system check: ${checked.stdout}${checked.stderr}`);
    if (command !== 'prune') {
      const saved = this.#lamina(['save', '-o', '/dev/null', 'app']);
      if (saved.status !== 0) fault(`app is lost: ${saved.stderr}`);
    } else {
      const built = this.#lamina(['images', '-q']);
      if (built.status !== 0) fault(`images: ${built.stderr}`);
    }
    const built = this.#lamina(['build', '-q', '-t', 'next', join(this.#directory, 'context')]);
    // A prune may have removed the base image.
    if (built.status !== 0 && command !== 'prune') fault(`the next build: ${built.stderr}`);
    this.#lamina(['builder', 'prune', '-f']);
    for (const folder of ['tmp', 'leases', 'locks']) {
      const left = readdirSync(join(this.#store, folder));
      if (left.length > 0) fault(`${folder}/ still holds ${left.join(', ')}`);
    }
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const own = mounts.filter((line) => line.includes(this.#directory));
    if (own.length > 0) fault(`mounts are left: ${own.join('; ')}`);
  }

  #restore(): void {
    rmSync(this.#store, { recursive: true, force: true });
    cpSync(`${this.#store}.good`, this.#store, {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
    });
  }

  #shim(at: number, code: string): Readonly<Record<string, string>> {
    return {
      ...{ NODE_OPTIONS: `--require=${SHIM}`, LAMINA_FAIL_ROOT: this.#store },
      ...{ LAMINA_FAIL_AT: String(at), LAMINA_FAIL_CODE: code },
    };
  }

  #succeed(args: readonly string[]): void {
    const { status, stderr } = this.#lamina(args);
    if (status !== 0) throw new Error(`lamina ${args.join(' ')} ended with ${status}:\n${stderr}`);
  }

  #lamina(
    args: readonly string[],
    {
      wrapper = [],
      env = {},
    }: {
      readonly wrapper?: readonly string[];
      readonly env?: Readonly<Record<string, string>>;
    } = {},
  ): Ended {
    const words = [...wrapper, process.execPath, this.#options.command, ...args];
    const [program = process.execPath, ...rest] = words;
    return spawnSync(program, rest, {
      env: {
        ...process.env,
        LAMINA_ROOT: this.#store,
        NO_COLOR: '1',
        LAMINA_CACHE_MAX_SIZE: 'none',
        ...env,
      },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
