/** Makes the root file system of a Debian base image with mmdebstrap, as a stream. */
import { access, chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { AbortedError, AppError } from '../errors.ts';
import { formatPlatform, type Platform } from '../oci/index.ts';
import { emulationFor } from '../runtime/index.ts';
import { isRoot } from '../system/index.ts';
import { type HostAptContext, hostAptOptions } from './apt-options.ts';
import { readAptSources } from './apt-sources.ts';
import { parseBaseName } from './base-name.ts';
import type { BaseOptions } from './base-options.ts';
import { baseStep } from './base-step.ts';
import { runBootstrap } from './bootstrap.ts';
import { debianArchitecture } from './debian-architecture.ts';
import { debianSources } from './debian-mirror.ts';
import { enclosure } from './enclosure.ts';
import { requireOwnIds, requireUserNamespace } from './ordinary-user.ts';
import { findProgram } from './programs.ts';
import { customizeScript, mmdebstrapArguments, type RecipeOptions } from './recipe.ts';
import { makeScratch, removeUnmounted } from './scratch.ts';

/**
 * @param consume takes the tar of the root file system. What it returns counts only if this call resolves: a tar that
 *   was cut short makes the iteration throw.
 * @throws AppError BASE_UNKNOWN, BASE_NO_MIRROR, BASE_MIRROR_INVALID, BASE_TOOL_MISSING,
 *   BASE_NO_SUBORDINATE_IDS, BASE_USER_NAMESPACE, BASE_FAILED, RUNTIME_NO_NAMESPACES; AbortedError
 */
export async function debianBase<T>(
  options: BaseOptions,
  consume: (tar: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const { env, emit, signal } = options;
  const release = parseBaseName(options.name);
  const program = await requireProgram(env);
  await requireEmulator(options.platform, env);
  if (isRoot()) requireOwnIds();
  else await requireUserNamespace(env);
  const sources = await debianSources({
    suite: release.suite,
    mirror: options.mirror,
    sources: await readAptSources(),
  });
  if (signal?.aborted === true) throw new AbortedError();
  return baseStep(options, async (step) => {
    const scratch = await makeScratch(options.temporaryDirectory);
    try {
      const enclosed = await enclosure(scratch, env);
      const architecture = debianArchitecture(options.platform);
      const recipe = await writeRecipe(
        scratch,
        { release, sources, architecture },
        { env, signal },
      );
      const customizeHook = join(enclosed.scratch, SCRIPT);
      const argv = [
        ...enclosed.argv,
        program,
        ...mmdebstrapArguments({ ...recipe, customizeHook }),
      ];
      const { sourceDateEpoch } = options;
      return await runBootstrap(
        argv,
        { step, env, scratch: enclosed.scratch, sourceDateEpoch, emit, signal },
        consume,
      );
    } finally {
      await removeUnmounted(scratch);
    }
  });
}

async function requireProgram(env: Environment): Promise<string> {
  const program = await findProgram('mmdebstrap', env);
  if (program !== undefined) return program;
  throw new AppError('BASE_TOOL_MISSING', 'making a Debian base image needs mmdebstrap', {
    hint: 'install it (apt-get install mmdebstrap), or load an image: lamina load -i FILE',
  });
}

/** Packages set themselves up by programs of their own, and these start others. */
async function requireEmulator(platform: Platform, env: Environment): Promise<void> {
  if ((await emulationFor(platform, env)).kind === 'none') return;
  throw new AppError(
    'EMULATOR_MISSING',
    `packages for ${formatPlatform(platform)} cannot be configured on this machine`,
    {
      expected: 'an emulator registered with the kernel (binfmt_misc with the flag F)',
      hint: 'see `lamina explain platforms`; distroless images need no emulator',
    },
  );
}

const SCRIPT = 'customize.sh';

/** Completes the recipe but for the script, which it writes to a file that mmdebstrap can run. */
async function writeRecipe(
  scratch: string,
  wanted: Pick<RecipeOptions, 'release' | 'sources' | 'architecture'>,
  running: HostAptContext,
): Promise<Omit<RecipeOptions, 'customizeHook'>> {
  const aptOptions = await hostAptOptions(running);
  const script = join(scratch, SCRIPT);
  await writeFile(script, customizeScript({ ...wanted, aptOptions }));
  // mmdebstrap may run it as another user.
  await chmod(script, 0o755);
  return {
    ...wanted,
    aptOptions,
    mode: isRoot() ? 'root' : 'unshare',
    mergedUsrHooks: await mergedUsrHooks(wanted.release.suite),
  };
}

/**
 * Without this hook Debian 12 installs a package that merges /usr afterwards, and with it the whole of Perl. For
 * suites that mean another release every other year, the slower hook finds out by itself.
 */
async function mergedUsrHooks(suite: string): Promise<string | undefined> {
  if (suite === 'bullseye') return undefined;
  const name = suite === 'bookworm' ? 'merged-usr' : 'maybe-merged-usr';
  const path = `/usr/share/mmdebstrap/hooks/${name}`;
  return access(path).then(
    () => path,
    () => undefined,
  );
}
