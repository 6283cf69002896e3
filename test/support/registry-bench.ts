/** A real registry, a store, and an image of two layers that is in both. */
import { readFileSync } from 'node:fs';
import { busybox, Workbench } from './cli.ts';
import { startRegistry, type TestRegistry } from './registry.ts';

export class RegistryBench implements AsyncDisposable {
  readonly registry: TestRegistry;
  readonly bench = new Workbench();
  /** Its tag `1` says hello. */
  readonly repository: string;

  private constructor(registry: TestRegistry) {
    this.registry = registry;
    this.repository = `${registry.name}/team/app`;
  }

  static async open(): Promise<RegistryBench> {
    const made = new RegistryBench(await startRegistry());
    await made.build(`${made.repository}:1`, 'hello');
    await made.bench.succeed(['push', `${made.repository}:1`]);
    return made;
  }

  /**
   * Builds an image of two layers that prints a text.
   *
   * @param output flags instead of the name
   */
  async build(name: string, says: string, output: readonly string[] = ['-t', name]): Promise<void> {
    const directory = this.bench.project(
      {
        Dockerfile: [
          'FROM scratch',
          'COPY --chmod=755 busybox /bin/sh',
          'COPY words /etc/',
          'CMD ["sh", "-c", "read words < /etc/words; echo $words"]',
        ].join('\n'),
        busybox: readFileSync(busybox()),
        words: `${says}\n`,
      },
      says.replaceAll(/\W/g, '-'),
    );
    await this.bench.succeed(['build', '-q', ...output, directory]);
  }

  /** The exact bytes of a name's manifest in a registry. */
  async rawManifest(name: string): Promise<Buffer> {
    const { stdout } = await this.bench.succeed(['manifest', 'inspect', '--raw', name]);
    return Buffer.from(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.bench[Symbol.dispose]();
    await this.registry[Symbol.asyncDispose]();
  }
}

/** An empty store. */
export function elsewhere(): Workbench {
  return new Workbench();
}

export function digestIn(text: string): string | undefined {
  return /sha256:[0-9a-f]{64}/.exec(text)?.[0];
}

/** Pulls into an empty store and runs. */
export async function pulledAndRun(name: string): Promise<string> {
  using other = elsewhere();
  await other.succeed(['pull', '-q', name]);
  return (await other.succeed(['run', '--rm', name])).stdout.trim();
}
