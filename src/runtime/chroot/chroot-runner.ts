/**
 * Runs processes in root file systems that are copies, where nothing can be mounted and no namespace can be made: as root
 * of an ordinary container. What would be mounted is put there and taken away.
 */
import { closeSync, mkdirSync, readFileSync } from 'node:fs';
import { AppError } from '../../errors.ts';
import { type BusyMark, becomeSubreaper, fsPath, markBusy } from '../../system/index.ts';
import type { GuardedProcess } from '../builtin/index.ts';
import { type CopyRights, RootCopies, type RootCopy, remove } from '../copies/index.ts';
import {
  COVERED_DIRECTORIES,
  capabilities,
  copiedFlavour,
  type Isolation,
  ociProcess,
  ownCapabilities,
  type ProcessResult,
  type ProcessSpec,
} from '../process/index.ts';
import {
  type ContainerStreams,
  inputPipe,
  type OwnTerminal,
  outputPipe,
  type RelayedTerminal,
  SIGNALLED,
  sendSignal,
  signalName,
} from '../streams/index.ts';
import { descendantsOf, Guarded } from './guarded.ts';
import {
  clearKernelDirectories,
  fillBoundDirectories,
  fillKernelDirectories,
} from './kernel-files.ts';
import { directoryOf, makeNewDirectories, placedFiles, setMetadata } from './place-mounts.ts';
import { Placements } from './placements.ts';
import { prootProcess } from './proot-process.ts';
import { runOnPseudoTerminal } from './pseudo-terminal.ts';

export class ChrootRunner {
  readonly #directory: string;
  readonly #roots: RootCopies;
  readonly #running = new Map<number, { guarded: Guarded; over: Promise<unknown> }>();
  /** Of a process in the foreground. */
  #terminal: RelayedTerminal | undefined;
  readonly #lastCapability = Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'));
  readonly #capabilities = ownCapabilities();
  readonly #rights: CopyRights;
  /** Until everything is where it belongs, also when lamina was killed. */
  readonly #mark: BusyMark;
  /** The program that starts processes for users who may not change the root. */
  readonly #proot: string | undefined;

  /**
   * @param stateDirectory existing, latin1 bytes; on the file system of the store
   * @param proot path of proot; undefined: `chroot(2)`, as root
   */
  constructor(stateDirectory: string, proot?: string) {
    const isRoot = proot === undefined;
    const flavour = isRoot ? copiedFlavour(this.#capabilities) : 'user';
    this.#rights = { isRoot, flavour };
    this.#proot = proot;
    this.#mark = markBusy(fsPath(stateDirectory).toString(), `chroot-${process.pid}`);
    this.#directory = `${stateDirectory}/chroot-${process.pid}`;
    // Processes whose guard was killed come here, to be seen and ended.
    becomeSubreaper();
    mkdirSync(fsPath(this.#directory), { mode: 0o700 });
    this.#roots = new RootCopies({
      directory: this.#directory,
      ...this.#rights,
      covered: COVERED_DIRECTORIES,
    });
  }

  /** @throws AppError when the process could not be started, or wants what this isolation lacks */
  async run(
    id: number,
    spec: ProcessSpec,
    streams: ContainerStreams | OwnTerminal,
  ): Promise<ProcessResult> {
    refuseWhatIsLacking(spec, this.#proot === undefined ? 'chroot' : 'proot');
    const guarded = new Guarded();
    const over = this.#run(spec, { id, guarded, streams });
    this.#running.set(id, { guarded, over: over.catch(() => {}) });
    const exitCode = await over.finally(() => this.#running.delete(id));
    return { exitCode, signal: signalName(exitCode - SIGNALLED), oomKilled: false };
  }

  kill(id: number): void {
    this.#running.get(id)?.guarded.kill();
  }

  signal(id: number, signal: NodeJS.Signals): void {
    if (signal === 'SIGWINCH') this.#terminal?.resize();
    this.#running.get(id)?.guarded.signal(signal);
  }

  /** Ends all processes, takes back what was put anywhere, and removes all copies. */
  async close(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { guarded } of running) guarded.kill();
    await Promise.all(running.map(({ over }) => over));
    for (const pid of descendantsOf(process.pid)) sendSignal(pid, 'SIGKILL');
    this.#roots.close();
    this.#mark.finish();
  }

  async #run(spec: ProcessSpec, { id, guarded, streams }: Running): Promise<number> {
    const copy = await this.#take(spec);
    const aside = `${this.#directory}/aside-${id}`;
    const placements = new Placements(copy.path, aside);
    let isClean = false;
    try {
      let exitCode: number;
      try {
        makeNewDirectories(copy.path, spec, this.#rights);
        for (const placed of placedFiles(spec, this.#rights)) await placements.place(placed);
        if (this.#proot === undefined) fillKernelDirectories(copy.path, spec.terminal);
        else fillBoundDirectories(copy.path);
        exitCode = await this.#runIn(copy.path, spec, { id, guarded, streams });
      } finally {
        clearKernelDirectories(copy.path);
        placements.undo();
        remove(aside);
      }
      if (spec.upper === undefined) return exitCode;
      if (exitCode === 0) {
        await this.#roots.keep(copy, spec.upper, placements.restored);
        isClean = true;
      } else await this.#roots.write(copy, spec.upper, placements.restored);
      return exitCode;
    } finally {
      if (!isClean) this.#roots.drop(copy);
    }
  }

  async #take(spec: ProcessSpec): Promise<RootCopy> {
    try {
      return await this.#roots.take(spec.lowers.map(directoryOf), (path) =>
        setMetadata(path, spec.root, this.#rights),
      );
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      const message = `the root file system could not be copied: ${reason}`;
      throw new AppError('RUNTIME_MOUNT_FAILED', message, { cause });
    }
  }

  async #runIn(root: string, spec: ProcessSpec, running: Running): Promise<number> {
    const { id, guarded, streams } = running;
    const process = this.#guarded(root, spec);
    const start = `${this.#directory}/start-${id}`;
    if (!('stdout' in streams)) {
      const { isRoot } = this.#rights;
      return runOnPseudoTerminal(spec, streams, {
        run: (fd) => guarded.run(start, process, [fd, fd, fd]),
        isRoot,
        onOpen: (terminal) => {
          this.#terminal = terminal;
        },
      }).finally(() => {
        this.#terminal = undefined;
      });
    }
    // With /proc, processes open them again through /dev/stdout as it is.
    const keep = this.#proot === undefined;
    const path = (name: string) =>
      keep ? `${root}/dev/${name}` : `${this.#directory}/${name}-${id}`;
    const stdout = outputPipe(path('stdout'), { keep });
    const stderr = outputPipe(path('stderr'), { keep });
    const stdin = streams.stdin ? inputPipe(`${this.#directory}/stdin-${id}`) : undefined;
    const stdio = [stdin?.childFd ?? ('ignore' as const), stdout.childFd, stderr.childFd];
    const ended = guarded.run(start, process, stdio);
    for (const pipe of [stdout, stderr, stdin]) if (pipe) closeSync(pipe.childFd);
    // The process may close its end at any time, and need not read everything.
    stdin?.stream.on('error', () => stdin.stream.destroy());
    if (stdin) streams.stdin?.(stdin.stream);
    const taken = Promise.all([streams.stdout(stdout.stream), streams.stderr(stderr.stream)]);
    try {
      return await ended;
    } finally {
      stdin?.stream.destroy();
      await taken;
    }
  }

  #guarded(root: string, spec: ProcessSpec): GuardedProcess {
    if (this.#proot !== undefined) return prootProcess(this.#proot, root, spec);
    const { security, addedCapabilities: added, droppedCapabilities: dropped } = spec;
    const granted = capabilities({ security, added, dropped }, this.#capabilities);
    const lastCapability = this.#lastCapability;
    return { root, process: ociProcess(spec, { granted, oomScoreAdj: 0 }), lastCapability };
  }
}

interface Running {
  readonly id: number;
  readonly guarded: Guarded;
  readonly streams: ContainerStreams | OwnTerminal;
}

function refuseWhatIsLacking(spec: ProcessSpec, isolation: Isolation): void {
  const lacking = [
    {
      wanted: spec.network !== 'host',
      what: 'networks of its own',
      hint: `remove --network=${spec.network}`,
    },
    {
      wanted: Object.values(spec.limits).some((limit) => limit !== undefined),
      what: 'limits of control groups',
      hint: 'remove the limits',
    },
    { wanted: spec.devices.length > 0, what: 'devices', hint: 'remove --device' },
  ];
  const found = lacking.find(({ wanted }) => wanted);
  if (found === undefined) return;
  throw new AppError('RUNTIME_ISOLATION', `the isolation ${isolation} has no ${found.what}`, {
    hint: `${found.hint}, or choose another isolation`,
  });
}
