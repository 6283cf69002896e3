/** A temporary directory with the builders that are there, and the base image that they share. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareNode } from './builders/bare-node.ts';
import { buildahBuilder } from './builders/buildah.ts';
import { archiving, BASE, type Builder, type ImageFiles, type Task } from './builders/builder.ts';
import { buildkitBuilder } from './builders/buildkit.ts';
import { dockerBuilder } from './builders/docker.ts';
import { type Installation, laminaBuilder } from './builders/lamina.ts';
import { leastWork } from './builders/least-work.ts';
import { podmanBuilder } from './builders/podman.ts';
import { type FlatTree, flatten } from './flatten.ts';
import { addUsage, type Measurement, run, type Usage } from './measure.ts';
import { Workshop } from './workshop.ts';

export interface WorkbenchOptions {
  readonly installations: readonly Installation[];
  /** Names of other builders to leave out, in any case. */
  readonly without?: readonly string[] | undefined;
}

export class Workbench implements AsyncDisposable {
  readonly directory: string;
  /** Has made the base image. */
  readonly #workshop: Workshop;
  readonly builders: Builder[] = [];
  /** Builders that are not measured, each with the reason. */
  readonly absent: string[] = [];

  private constructor(directory: string) {
    this.directory = directory;
    this.#workshop = new Workshop(join(directory, 'base'));
  }

  static async open({ installations, without = [] }: WorkbenchOptions): Promise<Workbench> {
    const bench = new Workbench(mkdtempSync(join(tmpdir(), 'lamina-bench-')));
    const { directory } = bench;
    const workshop = bench.#workshop;
    const dockerfile = 'FROM scratch\nCOPY bin /bin\nENV PATH=/bin\n';
    const base = await workshop.image(BASE, dockerfile, (context) =>
      workshop.writePrograms(join(context, 'bin')),
    );
    const peers: readonly [string, () => Builder | string][] = [
      ['BuildKit', () => buildkitBuilder(base)],
      ['Docker', dockerBuilder],
      ['buildah', () => buildahBuilder(join(directory, 'buildah'))],
      ['podman', () => podmanBuilder(join(directory, 'podman'))],
      ['bare node', bareNode],
      ['least work', () => leastWork(join(directory, 'least-work'))],
    ];
    const leftOut = without.map((name) => name.toLowerCase());
    const found = peers.map(([name, open]) =>
      leftOut.includes(name.toLowerCase()) ? `${name} is left out` : open(),
    );
    const own = installations.map((one, at) => laminaBuilder(one, join(directory, `lamina${at}`)));
    for (const builder of [...own, ...found]) {
      const failure = typeof builder === 'string' ? builder : await prepare(builder, base);
      if (failure !== undefined) bench.absent.push(failure);
      else if (typeof builder !== 'string') bench.builders.push(builder);
    }
    return bench;
  }

  /**
   * Syncs the disk, so that earlier writes of other programs do not count, and does the task.
   * @returns undefined if the builder has no way to do it
   */
  async measure(builder: Builder, task: Task, timeout: number): Promise<Measurement | undefined> {
    const commands = builder.commands(task);
    if (commands === undefined) return undefined;
    await run({ program: 'sync', args: [] });
    const usageFile = join(this.directory, 'usage');
    const { daemon } = builder;
    if (daemon !== 'unknown') daemon?.begin();
    let seconds = 0;
    let usage: Usage | undefined;
    for (const command of commands) {
      const part = await run(command, { timeout, usageFile });
      seconds += part.seconds;
      usage = addUsage(usage, part.usage);
    }
    if (daemon === 'unknown') usage = undefined;
    else if (daemon !== undefined) usage = addUsage(usage, daemon.end());
    // The least work leaves no archive there.
    if (task.kind === 'build' && task.output !== undefined)
      rmSync(task.output.path, { force: true });
    return { seconds, usage };
  }

  /** The files of the image that the task has made. @returns undefined if there is none */
  async result(builder: Builder, task: Task): Promise<FlatTree | undefined> {
    const archive = join(this.directory, 'result.tar');
    const writing = archiving(task, archive);
    const commands = writing && builder.commands(writing);
    if (commands === undefined) return undefined;
    try {
      for (const command of commands) await run(command);
      return await flatten(archive);
    } finally {
      rmSync(archive, { force: true });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#workshop[Symbol.dispose]();
    // They mount overlays in their directories, so `rm` would fail.
    for (const name of ['buildah', 'podman']) {
      const mounts = join(this.directory, name, 'root/overlay');
      await run({ program: 'umount', args: ['-R', mounts] }).catch(() => undefined);
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** @returns why the builder cannot be used */
async function prepare(builder: Builder, base: ImageFiles): Promise<string | undefined> {
  try {
    for (const command of builder.prepare(base)) await run(command);
    return undefined;
  } catch (error) {
    return `${builder.name}: ${String(error)}`;
  }
}
