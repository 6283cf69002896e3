/** The state that the runner keeps between containers, and the setup of each. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { isatty } from 'node:tty';
import { isInUserNamespace, mount } from '../../system/index.ts';
import { type Cgroup, type Cgroups, DelegatedGroups, MachineGroups } from '../cgroups/index.ts';
import { PrivateNetwork } from '../network/index.ts';
import { allHostDevices } from '../process/host-devices.ts';
import { capabilityMask } from '../process/linux-capabilities.ts';
import { canLockMemory } from '../process/locked-memory.ts';
import type { OciDevice, OciMount, OciSpec } from '../process/oci-types.ts';
import type { ProcessResult, ProcessSpec } from '../process/spec.ts';
import {
  type ContainerStreams,
  foregroundStreams,
  type OwnTerminal,
  ownTerminalSize,
  USUAL_SIZE,
} from '../streams/index.ts';
import { ociSpec } from './oci-spec.ts';
import type { Command, Launcher, RunnerSettings } from './protocol.ts';
import { BuiltinContainer } from './runner-builtin.ts';
import { Container, type RunnerProcess } from './runner-container.ts';
import { RunnerCopies } from './runner-copies.ts';
import { ociMounts } from './runner-mounts.ts';
import { Reaper } from './runner-reaper.ts';
import { LowerMounts, MountStack, mountRoot } from './runner-root.ts';
import { canStart } from './runner-starter.ts';
import { checkTargets } from './runner-targets.ts';
import { forUserNamespace } from './user-namespace-spec.ts';

/** Receives a piece of output; await a returned promise before the next. */
export type OutputSink = (
  name: 'stdout' | 'stderr',
  id: number,
  chunk: Buffer,
) => Promise<void> | undefined;

export type RunCommand = Extract<Command, { kind: 'run' }>;

/** Under memory pressure a step should be killed before lamina. */
const OOM_SCORE_ADJUSTMENT = 100;

export class Runner {
  readonly #settings: RunnerSettings;
  readonly #cgroups: Cgroups;
  readonly #lowers = new LowerMounts();
  readonly #reaper = new Reaper();
  readonly #running = new Map<number, { container: RunnerProcess; over: Promise<unknown> }>();
  readonly #machine: Machine;
  readonly #copies: RunnerCopies | undefined;
  readonly isNamespaced = true;

  /** Moves into a file system in memory: all our own paths are relative to it. */
  constructor(settings: RunnerSettings) {
    this.#settings = settings;
    this.#machine = readMachine();
    this.#copies = RunnerCopies.where(settings.stateDirectory);
    // All runners use the same empty directory: each mounts over it in its own namespace.
    const directory = `${settings.stateDirectory}/sandbox`;
    const bytes = Buffer.from(directory, 'latin1');
    mkdirSync(bytes, { recursive: true });
    mount({ source: 'tmpfs', target: directory, type: 'tmpfs', data: 'mode=700' });
    process.chdir(bytes.toString());
    const avoidsUnified = isCrun(settings.launcher) && !canLockMemory();
    this.#cgroups = isInUserNamespace()
      ? new DelegatedGroups()
      : new MachineGroups('cgroups', { avoidsUnified });
  }

  /** @throws AppError when the process could not be started */
  async run(command: RunCommand, sink: OutputSink): Promise<ProcessResult> {
    const base = `run-${command.id}`;
    const { limits, cgroupParent: parent } = command.spec;
    const cgroup = this.#cgroups.open({ id: command.id, limits, parent });
    const container = this.#container(base, command.spec, cgroup);
    const over = this.#runIn(base, { command, container, cgroup, sink });
    this.#running.set(command.id, { container, over: over.catch(() => {}) });
    return await over.finally(() => this.#running.delete(command.id));
  }

  kill(id: number): void {
    this.#running.get(id)?.container.kill();
  }

  signal(id: number, signal: NodeJS.Signals): void {
    this.#running.get(id)?.container.signal(signal);
  }

  /** Ends all containers and cleans up the cgroup hierarchy. */
  async close(): Promise<void> {
    const running = [...this.#running.values()];
    for (const { container } of running) container.kill();
    await Promise.all(running.map(({ over }) => over));
    this.#cgroups.close();
    this.#copies?.close();
  }

  #container(base: string, spec: ProcessSpec, cgroup: Cgroup): RunnerProcess {
    const { launcher } = this.#settings;
    if (launcher.kind === 'chroot' || launcher.kind === 'proot') {
      throw new Error('another runner is for this');
    }
    const reaper = this.#reaper;
    return launcher.kind === 'program'
      ? new Container(base, { runtime: launcher, cgroup, reaper })
      : new BuiltinContainer(base, { cgroup, reaper, readonlyRoot: spec.upper === undefined });
  }

  async #runIn(
    base: string,
    {
      command,
      container,
      cgroup,
      sink,
    }: { command: RunCommand; container: RunnerProcess; cgroup: Cgroup; sink: OutputSink },
  ): Promise<ProcessResult> {
    const stack = new MountStack();
    mkdirSync(base);
    try {
      const around = { lowers: this.#lowers, stack, copies: this.#copies };
      const root = await mountRoot(command.spec, base, around);
      const mounts = await ociMounts(command.spec, base, around);
      checkTargets(root.path, mounts);
      await using network = await privateNetwork(command, base);
      const networkPath = network?.path;
      const spec = this.#ociSpec(command.spec, { mounts, cgroup, networkPath });
      const oci = isInUserNamespace() ? forUserNamespace(spec) : spec;
      const result = await container.run(oci, streamsOf(command, sink));
      await root.save();
      return result;
    } finally {
      if (stack.close()) rmSync(base, { recursive: true, force: true });
    }
  }

  #ociSpec(spec: ProcessSpec, { mounts, cgroup, networkPath }: Prepared): OciSpec {
    return ociSpec(spec, {
      rootPath: 'rootfs',
      mounts,
      cgroupsPath: cgroup.runtimePath,
      availableCapabilities: this.#machine.capabilities,
      seccomp: canFilter(this.#settings.launcher) && this.#machine.seccomp,
      architecture: process.arch,
      messageQueues: this.#machine.messageQueues,
      devices: spec.security === 'insecure' && !isInUserNamespace() ? devicesBeside(mounts) : [],
      limits: cgroup.limits,
      networkPath,
      oomScoreAdj: Math.max(OOM_SCORE_ADJUSTMENT, this.#machine.oomScoreAdj),
      consoleSize: spec.terminal ? (ownTerminalSize() ?? USUAL_SIZE) : undefined,
    });
  }
}

interface Prepared {
  readonly mounts: readonly OciMount[];
  readonly cgroup: Cgroup;
  readonly networkPath: string | undefined;
}

async function privateNetwork({ spec, networkTool }: RunCommand, base: string) {
  if (spec.network !== 'private' || networkTool === undefined) return undefined;
  return PrivateNetwork.open(`${base}/network`, { tool: networkTool, ports: spec.ports });
}

function isCrun(launcher: Launcher): boolean {
  return launcher.kind === 'program' && launcher.name === 'crun';
}

function canFilter(launcher: Launcher): boolean {
  return launcher.kind !== 'program' || launcher.seccomp || canStart(launcher);
}

/** The runtime makes devices only in its own /dev, never in mounts there. */
function devicesBeside(mounts: readonly OciMount[]): readonly OciDevice[] {
  return allHostDevices().filter(
    ({ path }) =>
      !mounts.some(({ destination }) => path === destination || path.startsWith(`${destination}/`)),
  );
}

/** For a terminal the runtime does this itself. */
export function streamsOf(command: RunCommand, sink: OutputSink): ContainerStreams | OwnTerminal {
  const { interactive } = command;
  if (command.stdio === 'foreground') {
    if (!command.spec.terminal) return foregroundStreams(interactive);
    return { interactive, made: !interactive && !isatty(1) };
  }
  const send = (name: 'stdout' | 'stderr') => async (stream: AsyncIterable<Buffer>) => {
    for await (const chunk of stream) await sink(name, command.id, chunk);
  };
  return { stdout: send('stdout'), stderr: send('stderr') };
}

/** The features of the kernel, read once. */
interface Machine {
  readonly capabilities: bigint;
  readonly seccomp: boolean;
  readonly messageQueues: boolean;
  readonly oomScoreAdj: number;
}

function readMachine(): Machine {
  const status = readFileSync('/proc/self/status', 'utf8');
  return {
    capabilities: capabilityMask(status, 'CapPrm') & capabilityMask(status, 'CapBnd'),
    seccomp: existsSync('/proc/sys/kernel/seccomp/actions_avail'),
    messageQueues: /\bmqueue$/m.test(readFileSync('/proc/filesystems', 'utf8')),
    oomScoreAdj: Number(readFileSync('/proc/self/oom_score_adj', 'utf8')),
  };
}
