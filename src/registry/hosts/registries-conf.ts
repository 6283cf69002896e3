/**
 * `registries.conf` of Podman, Buildah and Skopeo: which location serves a prefix of names, and its mirrors.
 * https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Environment } from '../../environment.ts';
import { configHome } from '../home.ts';
import {
  invalidConfig,
  readIfThere,
  readToml,
  switchOf,
  type Table,
  tableOf,
  tablesOf,
  textOf,
  textsOf,
} from './toml.ts';

export interface RegistryMirror {
  /** Host, port and optional path. */
  readonly location: string;
  readonly insecure: boolean;
  readonly serves: 'all' | 'digest-only' | 'tag-only';
}

export interface RegistryRule {
  /** `host[:port][/path][:tag|@digest]`, or `*.domain`. */
  readonly prefix: string;
  /** Replaces the prefix; empty: the prefix stays. */
  readonly location: string;
  readonly insecure: boolean;
  readonly blocked: boolean;
  readonly mirrors: readonly RegistryMirror[];
}

/**
 * The rules of the file in use and of its drop-ins. The last rule for a prefix wins.
 *
 * @throws AppError REGISTRY_CONFIG_INVALID
 */
export async function readRegistriesConf(env: Environment): Promise<readonly RegistryRule[]> {
  const rules = new Map<string, RegistryRule>();
  for (const path of await files(env)) {
    const table = await readToml(path);
    if (table === undefined) continue;
    for (const rule of rulesOf(table, path)) rules.set(rule.prefix, rule);
  }
  return [...rules.values()];
}

/** The user's file replaces the machine's; drop-ins always count. */
async function files(env: Environment): Promise<string[]> {
  const homes = ['/etc/containers', join(configHome(env), 'containers')];
  const dropIns: string[] = [];
  for (const home of homes) dropIns.push(...(await confFiles(join(home, 'registries.conf.d'))));
  return [await mainFile(env, homes), ...dropIns];
}

async function mainFile(env: Environment, homes: readonly string[]): Promise<string> {
  const given = env.CONTAINERS_REGISTRIES_CONF ?? env.REGISTRIES_CONFIG_PATH ?? '';
  if (given !== '') return given;
  const [system = '', own = ''] = homes.map((home) => join(home, 'registries.conf'));
  return (await readIfThere(own)) === undefined ? system : own;
}

async function confFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names
    .filter((name) => name.endsWith('.conf'))
    .sort()
    .map((name) => join(directory, name));
}

/** @throws AppError REGISTRY_CONFIG_INVALID */
export function rulesOf(table: Table, path: string): RegistryRule[] {
  if (table.registries !== undefined) return oldRules(table, path);
  return tablesOf(table, 'registry', path).map((registry) => rule(registry, path));
}

function rule(table: Table, path: string): RegistryRule {
  const location = bare(textOf(table, 'location', path) ?? '', path);
  const prefix = textOf(table, 'prefix', path) ?? location;
  if (prefix === '') throw invalidConfig(path, 'a registry has neither prefix nor location');
  const byDigestOnly = switchOf(table, 'mirror-by-digest-only', path);
  return {
    prefix: bare(prefix, path),
    location,
    insecure: switchOf(table, 'insecure', path),
    blocked: switchOf(table, 'blocked', path),
    mirrors: tablesOf(table, 'mirror', path).map((one) => mirror(one, { path, byDigestOnly })),
  };
}

function mirror(
  table: Table,
  { path, byDigestOnly }: { readonly path: string; readonly byDigestOnly: boolean },
): RegistryMirror {
  const location = textOf(table, 'location', path);
  if (location === undefined || location === '') {
    throw invalidConfig(path, 'a mirror has no location');
  }
  const given = textOf(table, 'pull-from-mirror', path);
  if (given !== undefined && byDigestOnly) {
    throw invalidConfig(path, 'pull-from-mirror and mirror-by-digest-only cannot be used together');
  }
  return {
    location: bare(location, path),
    insecure: switchOf(table, 'insecure', path),
    serves: servesOf(given, path) ?? (byDigestOnly ? 'digest-only' : 'all'),
  };
}

function servesOf(text: string | undefined, path: string): RegistryMirror['serves'] | undefined {
  if (text === undefined || text === '') return undefined;
  if (text === 'all' || text === 'digest-only' || text === 'tag-only') return text;
  throw invalidConfig(path, 'pull-from-mirror must be all, digest-only or tag-only');
}

/** Locations have no scheme: `insecure` says whether plain HTTP is allowed. */
function bare(location: string, path: string): string {
  if (location.includes('://'))
    throw invalidConfig(path, 'a location must not begin with http:// or https://');
  return location.replace(/\/+$/, '');
}

/** The first version of the format: lists of hosts. */
function oldRules(table: Table, path: string): RegistryRule[] {
  const registries = tableOf(table, 'registries', path);
  const listed = (name: string) => textsOf(tableOf(registries, name, path), 'registries', path);
  const insecure = new Set(listed('insecure'));
  const blocked = new Set(listed('block'));
  return [...new Set([...insecure, ...blocked])].map((prefix) => ({
    prefix: bare(prefix, path),
    location: '',
    insecure: insecure.has(prefix),
    blocked: blocked.has(prefix),
    mirrors: [],
  }));
}

export interface RuleMatch {
  readonly rule: RegistryRule;
  /** Length of the part of the name that the prefix matches. */
  readonly length: number;
}

/** The rule with the longest prefix that matches a name (`docker.io/library/debian`). */
export function matchRule(name: string, rules: readonly RegistryRule[]): RuleMatch | undefined {
  let best: RuleMatch | undefined;
  for (const each of rules) {
    const length = matchLength(name, each.prefix);
    if (length === undefined) continue;
    if (best === undefined || each.prefix.length > best.rule.prefix.length) {
      best = { rule: each, length };
    }
  }
  return best;
}

function matchLength(name: string, prefix: string): number | undefined {
  if (prefix.startsWith('*.')) {
    const domain = prefix.slice(1);
    const slash = name.indexOf('/');
    const host = slash < 0 ? name : name.slice(0, slash);
    const rest = domain.indexOf('/');
    const end = host.replace(/:\d+$/, '').endsWith(rest < 0 ? domain : domain.slice(0, rest));
    if (rest < 0) return end ? host.replace(/:\d+$/, '').length : undefined;
    const whole = host + domain.slice(rest);
    return end && isPrefix(name, whole) ? whole.length : undefined;
  }
  return isPrefix(name, prefix) ? prefix.length : undefined;
}

function isPrefix(name: string, prefix: string): boolean {
  return name.startsWith(prefix) && /^$|^[/:@]/.test(name.slice(prefix.length));
}
