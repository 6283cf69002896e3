/** Makes the root file system of an image without a shell from Debian packages, as a stream. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { readContent } from '../../archive/index.ts';
import type { Environment } from '../../environment.ts';
import type { Platform } from '../../oci/index.ts';
import type { StepInfo } from '../../progress/index.ts';
import { emulationFor } from '../../runtime/index.ts';
import { hostAptOptions } from '../apt-options.ts';
import { readAptSources } from '../apt-sources.ts';
import type { BaseOptions } from '../base-options.ts';
import { baseStep } from '../base-step.ts';
import { debianArchitecture } from '../debian-architecture.ts';
import { debianSources } from '../debian-mirror.ts';
import { packageClosure } from './closure.ts';
import type { DistrolessName } from './name.ts';
import { PrivateApt } from './private-apt.ts';
import { BUSYBOX, linksOf, packagesOf } from './recipe.ts';
import { rootTar } from './root-tar.ts';
import { membersOf } from './unpack.ts';

/**
 * @param consume takes the tar of the root file system
 * @throws AppError BASE_NO_MIRROR, BASE_MIRROR_INVALID, BASE_TOOL_MISSING, BASE_FAILED; AbortedError
 */
export async function distrolessBase<T>(
  image: DistrolessName,
  options: BaseOptions,
  consume: (tar: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  return baseStep(options, async (step) => {
    const directory = await mkdtemp(join(options.temporaryDirectory ?? tmpdir(), 'lamina-base-'));
    try {
      const packages = await fetchPackages(image, { ...options, directory, step });
      const busybox = packages.find(({ name }) => name === BUSYBOX);
      const applets =
        busybox === undefined
          ? []
          : await appletsOf(busybox.deb, join(directory, 'busybox'), options);
      let bytes = 0;
      const links = linksOf(image);
      const epoch = options.sourceDateEpoch;
      const counted = async function* (): AsyncGenerator<Uint8Array> {
        for await (const chunk of rootTar({ packages, links, applets, epoch })) {
          bytes += chunk.length;
          yield chunk;
        }
      };
      return { value: await consume(counted()), bytes };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
}

interface FetchOptions extends BaseOptions {
  readonly directory: string;
  readonly step: StepInfo;
}

async function fetchPackages(image: DistrolessName, options: FetchOptions) {
  const { directory, step, env, emit, signal, mirror, platform } = options;
  const { suite } = image;
  const apt = await PrivateApt.open({
    directory,
    sources: await debianSources({ suite, mirror, sources: await readAptSources() }),
    architecture: debianArchitecture(platform),
    aptOptions: await hostAptOptions({ env, signal }),
    step,
    env,
    emit,
    signal,
  });
  const packages = await packageClosure(packagesOf(image), (names) => apt.lookUp(names));
  const debs = await apt.download(packages);
  return debs.map((deb) => ({ name: basename(deb).split('_')[0] ?? '', deb }));
}

const MAX_BUSYBOX = 64 << 20;

/** Asks busybox itself. */
async function appletsOf(
  deb: string,
  directory: string,
  { platform, env }: { readonly platform: Platform; readonly env: Environment },
): Promise<readonly string[]> {
  await mkdir(directory);
  const path = join(directory, 'busybox');
  for await (const member of membersOf(deb)) {
    if (member.header.path !== 'usr/bin/busybox') continue;
    await writeFile(path, await readContent(member, MAX_BUSYBOX), { mode: 0o755 });
  }
  const emulation = await emulationFor(platform, env);
  const [program, ...args] = emulation.kind === 'none' ? [path] : [emulation.path, path];
  const { stdout } = await promisify(execFile)(program ?? path, [...args, '--list'], {
    env: { ...env },
  });
  return stdout.split('\n').filter((name) => /^[\w[.+-]+$/.test(name) && name !== 'busybox');
}
