/** The calls on builders. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type {
  BuilderInfo,
  BuilderTls,
  CreateBuilderOptions,
  ListBuildersOptions,
  RemoveBuildersOptions,
  UseBuilderOptions,
} from '../api/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { Daemon, type DialOptions, parseAddress, type TlsOptions } from '../fleet/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { allBuilders, isHere } from './choose.ts';
import { type KnownBuilder, readBuilders, writeBuilders } from './config.ts';

/**
 * What a connection to a builder needs.
 * @throws AppError BUILDER_ADDRESS, BUILDER_CERTIFICATE
 */
export function dialOptions({ name, address, tls }: KnownBuilder): Omit<DialOptions, 'env'> {
  return {
    name: name === address ? address : `${name} (${address})`,
    address: parseAddress(address),
    tls: tls && readTls(tls),
  };
}

/** @returns its name */
export async function createBuilder(
  { env }: LaminaContext,
  { name: given, address, tls, use = false }: CreateBuilderOptions,
): Promise<string> {
  parseAddress(address);
  const file = readBuilders(env);
  const name = given ?? freeName(allBuilders(env).map((one) => one.name));
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(name) || isHere(name)) {
    throw new AppError('BUILDER_NAME', `a builder cannot be named '${name}'`, {
      expected: 'letters, digits, ., _ and -; default and lamina are this machine',
    });
  }
  const absolute = tls && absoluteTls(tls);
  if (absolute !== undefined) readTls(absolute);
  const builder = { name, address, ...(absolute && { tls: absolute }) };
  const others = file.builders.filter((one) => one.name !== name);
  await writeBuilders(env, {
    current: use ? name : file.current,
    builders: [...others, builder],
  });
  return name;
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

/** @returns the names of those that were removed; instances of buildx stay */
export async function removeBuilders(
  { env }: LaminaContext,
  { names }: RemoveBuildersOptions,
): Promise<readonly string[]> {
  const { builders, current } = readBuilders(env);
  const gone = builders.filter(({ name }) => names.includes(name)).map(({ name }) => name);
  if (gone.length === 0) return [];
  await writeBuilders(env, {
    current: current !== undefined && gone.includes(current) ? undefined : current,
    builders: builders.filter(({ name }) => !gone.includes(name)),
  });
  return gone;
}

export async function listBuilders(
  { env }: LaminaContext,
  { names, signal }: ListBuildersOptions,
): Promise<readonly BuilderInfo[]> {
  const { current } = readBuilders(env);
  const known = allBuilders(env).filter(({ name }) => names?.includes(name) ?? true);
  return Promise.all(
    known.map(async (one) => {
      const { name, origin, address } = one;
      const said = await stateOf(one, env, signal);
      return { name, isCurrent: name === current, origin, address, ...said };
    }),
  );
}

async function stateOf(
  builder: KnownBuilder,
  env: Environment,
  signal: AbortSignal | undefined,
): Promise<Pick<BuilderInfo, 'status' | 'error' | 'version' | 'platforms'>> {
  try {
    const { daemon, info } = await Daemon.connect({ ...dialOptions(builder), env }, signal);
    using _ = daemon;
    const { version, workers } = info;
    const platforms = workers.flatMap((worker) =>
      worker.platforms.map(({ os, architecture, variant }) =>
        [os, architecture, variant].filter((part) => part !== '').join('/'),
      ),
    );
    const all = [...new Set(platforms)];
    return { status: 'running', error: undefined, version, platforms: all };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { message } = error;
    return { status: 'unreachable', error: message, version: undefined, platforms: [] };
  }
}

function freeName(taken: readonly string[]): string {
  for (let number = 0; ; number++) {
    const name = `builder${number}`;
    if (!taken.includes(name)) return name;
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
    return readFileSync(path);
  } catch (cause) {
    throw new AppError('BUILDER_CERTIFICATE', `cannot read the certificate or key ${path}`, {
      hint: 'check the path and its permissions',
      cause,
    });
  }
}
