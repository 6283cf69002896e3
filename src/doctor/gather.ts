/** Reads all facts, each with a limit of time, so that a diagnosis ends whatever this machine is like. */
import { loadTrust } from '../http/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { formatPlatform, hostPlatform } from '../oci/index.ts';
import { packageVersion } from '../package-version.ts';
import { loadProbe } from '../registry/index.ts';
import { emulators, probeIsolations } from '../runtime/index.ts';
import { findProgram } from '../system/index.ts';
import type { Facts } from './facts.ts';
import { lacksPackageLists, readPackageManager } from './install.ts';
import { readCgroups } from './read-cgroups.ts';
import { readLayers } from './read-layers.ts';
import { readStore } from './read-store.ts';
import { readUser } from './read-user.ts';
import { TOOLS } from './tools.ts';
import { FACT_MS, within } from './within.ts';

export interface GatherOptions {
  readonly registries: readonly string[];
  readonly signal: AbortSignal | undefined;
}

/** Milliseconds for one registry: two tries to connect, and its token server. */
const REGISTRY_MS = 10_000;
/** Milliseconds for all platforms, which are tried one by one. */
const EMULATORS_MS = 15_000;

/** @throws the signal's reason */
export async function gatherFacts(
  context: LaminaContext,
  { registries, signal }: GatherOptions,
): Promise<Facts> {
  const { env } = context;
  const user = readUser(env);
  const probeRegistry = await loadProbe();
  const [probed, found, store, layers] = await Promise.all([
    Promise.all(
      registries.map((name) => probeRegistry(name, { env, signal, limitMs: REGISTRY_MS })),
    ),
    within(EMULATORS_MS, emulators(env)),
    readStore(context, user),
    within(2 * FACT_MS, readLayers(context, user)),
  ]);
  signal?.throwIfAborted();
  const describeTrust = await loadTrust();
  return {
    version: packageVersion(),
    platform: formatPlatform(hostPlatform()),
    node: process.versions.node,
    packageManager: readPackageManager(),
    lacksPackageLists: lacksPackageLists(),
    user,
    isolations: probeIsolations(env),
    store,
    layers: layers ?? { overlayRefusal: 'the mount takes too long', erofs: false },
    cgroups: readCgroups(),
    emulators: found,
    registries: probed,
    trust: describeTrust(env),
    tools: TOOLS.map(({ name, alternative }) => ({
      name,
      path: findProgram(name, env) ?? (alternative && findProgram(alternative, env)),
    })),
  };
}
