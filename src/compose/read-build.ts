/** The build section of a service, with its values checked. */
import type { Environment } from '../environment.ts';
import { AppError, type SourceLocation } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { isPlainMap, type Plain, type PlainMap } from './document.ts';
import { asMapping, buildMap } from './merge.ts';
import type { ComposeBuild } from './project.ts';

export interface BuildSurroundings {
  /** The environment of the service, for arguments without a value. */
  readonly serviceEnv: ReadonlyMap<string, string>;
  readonly env: Environment;
  /** The place of a member of the section. */
  readonly locate: (...path: readonly (string | number)[]) => SourceLocation;
  /** The place of a key of the section. */
  readonly locateKey: (key: string) => SourceLocation;
}

const KEYS = [
  ...[
    'context',
    'dockerfile',
    'dockerfile_inline',
    'additional_contexts',
    'args',
    'labels',
    'tags',
  ],
  ...[
    'target',
    'platforms',
    'cache_from',
    'cache_to',
    'no_cache',
    'no_cache_filter',
    'pull',
    'network',
  ],
  ...['shm_size', 'extra_hosts', 'ulimits', 'secrets', 'ssh', 'entitlements', 'privileged'],
  ...['isolation', 'sbom', 'provenance'],
];

/** @throws AppError COMPOSE_INVALID */
export function readBuild(given: Plain, around: BuildSurroundings): ComposeBuild {
  const build = buildMap(given);
  for (const key of Object.keys(build)) refuseUnknown(key, around);
  const text = (key: string) => scalar(build[key], key, around);
  const texts = (key: string) => list(build[key], key, around);
  const args = [...mapping(build.args, 'args', around)].flatMap(([name, value]) => {
    const found = value ?? around.serviceEnv.get(name) ?? around.env[name];
    return found === undefined ? [] : [[name, found] as const];
  });
  return {
    context: text('context'),
    dockerfile: text('dockerfile'),
    dockerfileInline: text('dockerfile_inline'),
    additionalContexts: withEmptyValues(
      mapping(build.additional_contexts, 'additional_contexts', around),
    ),
    args: new Map(args),
    labels: withEmptyValues(mapping(build.labels, 'labels', around)),
    tags: texts('tags'),
    target: text('target'),
    platforms: texts('platforms'),
    cacheFrom: texts('cache_from'),
    cacheTo: texts('cache_to'),
    noCache: flag(build.no_cache, 'no_cache', around),
    pull: flag(build.pull, 'pull', around),
    network: text('network'),
    shmSize: text('shm_size'),
    extraHosts: hosts(build.extra_hosts, around),
    ulimits: ulimits(build.ulimits, around),
    secrets: secretNames(build.secrets, around),
    ssh: sshTexts(build.ssh, around),
    entitlements: texts('entitlements'),
    isPrivileged: flag(build.privileged, 'privileged', around) ?? false,
    sbom: text('sbom'),
    provenance: text('provenance'),
    bake: build['x-bake'],
  };
}

/** Without the keys that have no value: those are empty. */
function withEmptyValues(
  map: ReadonlyMap<string, string | undefined>,
): ReadonlyMap<string, string> {
  return new Map([...map].map(([key, value]) => [key, value ?? '']));
}

function refuseUnknown(key: string, around: BuildSurroundings): void {
  if (KEYS.includes(key) || key.startsWith('x-')) return;
  const near = nearestName(key, KEYS);
  throw new AppError('COMPOSE_INVALID', `unknown key '${key}' in a build section`, {
    location: around.locateKey(key),
    hint: near === undefined ? undefined : `did you mean ${near}?`,
  });
}

function wrong(key: string, expected: string, around: BuildSurroundings): AppError {
  return new AppError('COMPOSE_INVALID', `invalid value for '${key}'`, {
    location: around.locate(key),
    expected,
  });
}

function isScalar(value: Plain | undefined): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function scalar(
  value: Plain | undefined,
  key: string,
  around: BuildSurroundings,
): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (isScalar(value)) return String(value);
  throw wrong(key, 'a string', around);
}

function list(value: Plain | undefined, key: string, around: BuildSurroundings): string[] {
  if (value === undefined || value === null) return [];
  if (isScalar(value)) return [String(value)];
  if (!Array.isArray(value)) throw wrong(key, 'a list of strings', around);
  return value.map((item) => {
    if (isScalar(item)) return String(item);
    throw wrong(key, 'a list of strings', around);
  });
}

function mapping(
  value: Plain | undefined,
  key: string,
  around: BuildSurroundings,
): ReadonlyMap<string, string | undefined> {
  if (value === undefined || value === null) return new Map();
  if (isScalar(value)) throw wrong(key, 'a mapping, or a list of NAME=value', around);
  const entries = Object.entries(asMapping(value)).map(([name, item]) => {
    if (item === null) return [name, undefined] as const;
    if (isScalar(item)) return [name, String(item)] as const;
    throw wrong(key, 'a mapping of names to strings', around);
  });
  return new Map(entries);
}

function flag(
  value: Plain | undefined,
  key: string,
  around: BuildSurroundings,
): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw wrong(key, 'true or false', around);
}

function hosts(value: Plain | undefined, around: BuildSurroundings): ReadonlyMap<string, string> {
  if (Array.isArray(value)) {
    return new Map(
      value.map((item) => {
        const [, name = '', address = ''] = /^([^=:]+)[=:](.+)$/.exec(String(item)) ?? [];
        if (name === '') throw wrong('extra_hosts', 'a list of NAME=ADDRESS', around);
        return [name, address];
      }),
    );
  }
  if (!isPlainMap(value)) return new Map();
  return new Map(
    Object.entries(value).map(([name, address]) => [
      name,
      Array.isArray(address) ? address.map(String).join(',') : String(address),
    ]),
  );
}

function ulimits(value: Plain | undefined, around: BuildSurroundings): string[] {
  if (value === undefined || value === null) return [];
  if (!isPlainMap(value)) throw wrong('ulimits', 'a mapping', around);
  return Object.entries(value).map(([name, limit]) => {
    if (typeof limit === 'number' || typeof limit === 'string') return `${name}=${limit}:${limit}`;
    if (isPlainMap(limit) && limit.soft !== undefined && limit.hard !== undefined) {
      return `${name}=${String(limit.soft)}:${String(limit.hard)}`;
    }
    throw wrong('ulimits', 'a number, or {soft: …, hard: …}', around);
  });
}

function secretNames(value: Plain | undefined, around: BuildSurroundings): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong('secrets', 'a list', around);
  return value.map((item) => {
    const name = isPlainMap(item) ? item.source : item;
    if (typeof name === 'string') return name;
    throw wrong('secrets', 'names of secrets', around);
  });
}

function sshTexts(value: Plain | undefined, around: BuildSurroundings): string[] {
  if (isPlainMap(value)) return sshPairs(value);
  return list(value, 'ssh', around);
}

function sshPairs(value: PlainMap): string[] {
  return Object.entries(value).map(([id, path]) => (path === null ? id : `${id}=${String(path)}`));
}
