/** A temporary directory with the installed builders and the base image that they share. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BASE,
  type BaseImage,
  type Builder,
  type BuildRequest,
  buildahBuilder,
  buildkitBuilder,
  LAMINA,
  laminaBuilder,
  manifestDigestOf,
} from './builders.ts';
import { writeFiles } from './data.ts';
import { addUsage, type Measurement, run, type Usage } from './measure.ts';

const BUSYBOX = '/bin/busybox';
const APPLETS = ['sh', 'echo', 'mkdir', 'cp', 'cat', 'chmod', 'sleep', 'tar'];

export class Workbench implements AsyncDisposable {
  readonly directory: string;
  readonly builders: readonly Builder[];
  /** Builders that are not measured, each with the reason. */
  readonly absent: readonly string[];

  private constructor(
    directory: string,
    { builders, absent }: Pick<Workbench, 'builders' | 'absent'>,
  ) {
    this.directory = directory;
    this.builders = builders;
    this.absent = absent;
  }

  /** @param without names of builders to leave out, in any case */
  static async open(without: readonly string[] = []): Promise<Workbench> {
    const directory = mkdtempSync(join(tmpdir(), 'lamina-bench-'));
    const base = await makeBase(join(directory, 'base'));
    const builders: Builder[] = [];
    const absent: string[] = [];
    const lamina = laminaBuilder(join(directory, 'store'));
    const leftOut = (name: string): string | undefined =>
      without.some((one) => one.toLowerCase() === name.toLowerCase())
        ? `${name} is left out`
        : undefined;
    const peers = [
      leftOut('BuildKit') ?? buildkitBuilder(base),
      leftOut('buildah') ?? buildahBuilder(join(directory, 'buildah')),
    ];
    for (const found of [lamina, ...peers]) {
      const failure = typeof found === 'string' ? found : await prepare(found, base);
      if (failure !== undefined) absent.push(failure);
      else if (typeof found !== 'string') builders.push(found);
    }
    return new Workbench(directory, { builders, absent });
  }

  /** Syncs the disk, so that earlier writes of other programs do not count, and builds. */
  async build(builder: Builder, request: BuildRequest, timeout: number): Promise<Measurement> {
    await run({ program: 'sync', args: [] });
    const usageFile = join(this.directory, 'usage');
    builder.daemon?.begin();
    let seconds = 0;
    let usage: Usage | undefined;
    for (const command of builder.build(request)) {
      const part = await run(command, { timeout, usageFile });
      seconds += part.seconds;
      usage = addUsage(usage, part.usage);
    }
    if (builder.daemon !== undefined) usage = addUsage(usage, builder.daemon.end());
    if (request.archive !== undefined) rmSync(request.archive, { force: true });
    return { seconds, usage };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // buildah mounts overlays in its directories, so `rm` would fail.
    await run({
      program: 'umount',
      args: ['-R', join(this.directory, 'buildah/root/overlay')],
    }).catch(() => undefined);
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** @returns why the builder cannot be used */
async function prepare(builder: Builder, base: BaseImage): Promise<string | undefined> {
  try {
    for (const command of builder.prepare(base)) await run(command);
    return undefined;
  } catch (error) {
    return `${builder.name}: ${String(error)}`;
  }
}

/** An image with only busybox, as an OCI archive and unpacked. */
async function makeBase(directory: string): Promise<BaseImage> {
  const links = APPLETS.map((name) => `ln -s busybox bin/${name}`).join(' && ');
  const layout = join(directory, 'layout');
  const archive = join(directory, 'base.tar');
  mkdirSync(layout, { recursive: true });
  const context = join(directory, 'context');
  writeFiles(context, { Dockerfile: 'FROM scratch\nCOPY bin /bin\nENV PATH=/bin\n' });
  const fill = `mkdir bin && cp ${BUSYBOX} bin/ && chmod 755 bin/busybox && ${links}`;
  await run({ program: 'sh', args: ['-c', fill], cwd: context });
  await run({
    program: process.execPath,
    args: [LAMINA, 'build', '-q', '-t', BASE, '-o', `type=oci,dest=${archive}`, context],
    env: { LAMINA_ROOT: join(directory, 'store') },
  });
  await run({ program: 'tar', args: ['-xf', archive, '-C', layout] });
  return { archive, layout, manifestDigest: manifestDigestOf(layout) };
}
