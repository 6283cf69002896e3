/** The calls on builders. */
import { resolve } from 'node:path';
import type {
  BuilderInfo,
  BuilderNodeInfo,
  BuilderTls,
  CreateBuilderOptions,
  ListBuildersOptions,
  RemoveBuildersOptions,
  UseBuilderOptions,
} from '../api/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import {
  Daemon,
  type DialOptions,
  parseAddress,
  platformsOf,
  type TlsOptions,
} from '../fleet/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { formatPlatform, normalizePlatform, parsePlatform } from '../oci/index.ts';
import { readRegularFile } from '../system/index.ts';
import { allBuilders, isHere } from './choose.ts';
import {
  firstNode,
  type KnownBuilder,
  type KnownNode,
  readBuilders,
  writeBuilders,
} from './config.ts';

/** Bytes of a file with certificates or a key. */
const LARGEST_PEM = 1 << 20;

/**
 * What a connection to a node needs.
 * @throws AppError BUILDER_ADDRESS, BUILDER_CERTIFICATE
 */
export function dialOptions(
  { name: builder, nodes }: KnownBuilder,
  { name, address, tls }: KnownNode,
): Omit<DialOptions, 'env'> {
  const node = nodes.length > 1 ? `${builder}/${name}` : builder;
  return {
    name: node === address ? address : `${node} (${address})`,
    address: parseAddress(address),
    tls: tls && readTls(tls),
  };
}

/** @returns its name */
export async function createBuilder(
  { env }: LaminaContext,
  { use = false, append = false, ...given }: CreateBuilderOptions,
): Promise<string> {
  parseAddress(given.address);
  const file = readBuilders(env);
  const name =
    given.name ??
    (append ? file.current : undefined) ??
    freeName('builder', new Set(allBuilders(env).map((one) => one.name)));
  if (!NAME.test(name) || isHere(name)) throw badName('builder', name);
  const before = append ? file.builders.find((one) => one.name === name) : undefined;
  const node = newNode(given, before?.nodes.map((one) => one.name) ?? [], name);
  const kept = before?.nodes.filter((one) => one.name !== node.name) ?? [];
  const others = file.builders.filter((one) => one.name !== name);
  await writeBuilders(env, {
    current: use ? name : file.current,
    builders: [...others, { name, nodes: [...kept, node] }],
  });
  return name;
}

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/;

function badName(what: 'builder' | 'node', name: string): AppError {
  return new AppError('BUILDER_NAME', `a ${what} cannot be named '${name}'`, {
    expected: `letters, digits, ., _ and -${what === 'builder' ? '; default and lamina are this machine' : ''}`,
  });
}

/** @throws AppError BUILDER_NAME, BUILDER_CERTIFICATE, PLATFORM_INVALID */
function newNode(
  { node, address, tls, platforms = [], capacity }: CreateBuilderOptions,
  taken: readonly string[],
  builder: string,
): KnownNode {
  const first = firstNode(builder);
  const name = node ?? (taken.length === 0 ? first : freeName(builder, new Set(taken)));
  if (!NAME.test(name)) throw badName('node', name);
  const absolute = tls && absoluteTls(tls);
  if (absolute !== undefined) readTls(absolute);
  const formatted = platforms.map((one) => formatPlatform(normalizePlatform(parsePlatform(one))));
  return {
    ...{ name, address },
    ...(absolute && { tls: absolute }),
    ...(formatted.length > 0 && { platforms: formatted }),
    ...(capacity !== undefined && { capacity }),
  };
}

/** @returns whether there is one of this name; else nothing changes */
export async function useBuilder(
  { env }: LaminaContext,
  { name }: UseBuilderOptions,
): Promise<boolean> {
  const isKnown = isHere(name) || allBuilders(env).some((one) => one.name === name);
  if (!isKnown) return false;
  const { builders, current } = readBuilders(env);
  const wanted = isHere(name) ? undefined : name;
  if (wanted !== current) await writeBuilders(env, { current: wanted, builders });
  return true;
}

/** @returns the names of those that were removed or lost a node; instances of buildx stay */
export async function removeBuilders(
  { env }: LaminaContext,
  { names, node }: RemoveBuildersOptions,
): Promise<readonly string[]> {
  const { builders, current } = readBuilders(env);
  const isLeaving = (one: KnownNode) => node === undefined || one.name === node;
  const changed = builders.filter(
    ({ name, nodes }) => names.includes(name) && nodes.some(isLeaving),
  );
  if (changed.length === 0) return [];
  const left = builders
    .map((one) =>
      changed.includes(one) ? { ...one, nodes: one.nodes.filter((each) => !isLeaving(each)) } : one,
    )
    .filter(({ nodes }) => nodes.length > 0);
  const isLeft = left.some(({ name }) => name === current);
  const wasOwn = builders.some(({ name }) => name === current);
  await writeBuilders(env, { current: wasOwn && !isLeft ? undefined : current, builders: left });
  return changed.map(({ name }) => name);
}

export async function listBuilders(
  { env }: LaminaContext,
  { names, signal }: ListBuildersOptions,
): Promise<readonly BuilderInfo[]> {
  const { current } = readBuilders(env);
  const known = allBuilders(env).filter(({ name }) => names?.includes(name) ?? true);
  return Promise.all(
    known.map(async (one) => {
      const { name, origin } = one;
      const nodes = await Promise.all(
        one.nodes.map(async (node) => ({
          ...{ name: node.name, address: node.address, capacity: node.capacity },
          ...(await stateOf(one, node, { env, signal })),
        })),
      );
      return { name, isCurrent: name === current, origin, nodes };
    }),
  );
}

async function stateOf(
  builder: KnownBuilder,
  node: KnownNode,
  { env, signal }: { readonly env: Environment; readonly signal: AbortSignal | undefined },
): Promise<Pick<BuilderNodeInfo, 'status' | 'error' | 'version' | 'platforms'>> {
  try {
    const { daemon, info } = await Daemon.connect({ ...dialOptions(builder, node), env }, signal);
    using _ = daemon;
    const { version } = info;
    const platforms = node.platforms ?? platformsOf(info);
    return { status: 'running', error: undefined, version, platforms };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { message } = error;
    return {
      ...{ status: 'unreachable', error: message, version: undefined },
      platforms: node.platforms ?? [],
    };
  }
}

function freeName(stem: string, taken: ReadonlySet<string>): string {
  for (let number = 0; ; number++) {
    const name = `${stem}${number}`;
    if (!taken.has(name)) return name;
  }
}

function absoluteTls({ ca, cert, key, servername }: BuilderTls): BuilderTls {
  return {
    ...(ca !== undefined && { ca: resolve(ca) }),
    ...(cert !== undefined && { cert: resolve(cert) }),
    ...(key !== undefined && { key: resolve(key) }),
    ...(servername !== undefined && { servername }),
  };
}

function readTls({ ca, cert, key, servername }: BuilderTls): TlsOptions {
  return { ca: readPem(ca), cert: readPem(cert), key: readPem(key), servername };
}

function readPem(path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    return readRegularFile(path, { limit: LARGEST_PEM });
  } catch (cause) {
    throw new AppError('BUILDER_CERTIFICATE', `cannot read the certificate or key ${path}`, {
      hint: 'check the path and its permissions',
      cause,
    });
  }
}
