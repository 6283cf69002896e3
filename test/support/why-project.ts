/** A small project with a store of its own, built again and again, and why its steps ran. */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ExplainedStep, Explanation } from '../../src/index.ts';
import { makeBusyboxImage } from './busybox-image.ts';
import type { Workbench } from './cli.ts';
import { type Ended, inThisProcess, outputOf } from './in-this-process.ts';

/** Makes the bases of the projects: `busybox`, `other` on it, and `multi`, with another file for each of two platforms. */
export async function makeBases(bench: Workbench): Promise<void> {
  await makeBusyboxImage(bench);
  const other = bench.project(
    { Dockerfile: 'FROM busybox\nCOPY more /etc/more\n', more: 'more' },
    'other',
  );
  await bench.succeed(['build', '-q', '-t', 'other', other]);
  const multi = bench.project(
    {
      Dockerfile: 'FROM scratch\nARG TARGETARCH\nCOPY for-$TARGETARCH /file\n',
      'for-amd64': 'amd64',
      'for-arm64': 'arm64',
    },
    'multi',
  );
  const platforms = ['--platform', 'linux/amd64,linux/arm64'];
  await bench.succeed(['build', '-q', ...platforms, '-t', 'multi', multi]);
}

export class WhyProject {
  readonly directory: string;
  readonly #bench: Workbench;
  readonly #name: string;
  #stores = 0;
  #store = '';

  /** @param name of its directory, unlike those of other projects */
  constructor(bench: Workbench, name: string, files: Readonly<Record<string, string>>) {
    this.#bench = bench;
    this.#name = name;
    this.directory = bench.project(files, name);
    this.renewStore();
  }

  /** Goes on with a store that has only the bases, as another machine would. */
  renewStore(): void {
    this.#store = join(this.#bench.directory, `${this.#name}-store-${++this.#stores}`);
    cpSync(this.#bench.store, this.#store, { recursive: true, verbatimSymlinks: true });
    rmSync(join(this.#store, 'builds'), { recursive: true, force: true });
  }

  /** Writes files; one that is null is removed. */
  write(files: Readonly<Record<string, string | null>>): void {
    for (const [path, content] of Object.entries(files)) {
      if (content === null) rmSync(join(this.directory, path), { force: true });
      else this.#bench.project({ [path]: content }, this.#name);
    }
  }

  async build(flags: readonly string[] = []): Promise<void> {
    await outputOf(this.#store, ['build', '-q', ...flags, this.directory]);
  }

  /** A build that may fail. */
  attempt(flags: readonly string[] = []): Promise<Ended> {
    return inThisProcess(this.#store)(['build', '-q', ...flags, this.directory]);
  }

  /** Of the newest build. */
  async why(): Promise<Explanation> {
    return JSON.parse(await outputOf(this.#store, ['why', '--format', 'json'])) as Explanation;
  }

  /** The step of the newest build whose name has a text in it. */
  async step(part: string): Promise<ExplainedStep> {
    return stepOf(await this.why(), part);
  }
}

/** @throws Error unless one step has the text in its name */
export function stepOf({ steps }: Explanation, part: string): ExplainedStep {
  const [found, ...more] = steps.filter(({ name }) => name.includes(part));
  if (found === undefined || more.length > 0) {
    throw new Error(`not one step is called ${part}: ${steps.map(({ name }) => name).join(', ')}`);
  }
  return found;
}
