/** Flags whose values have their own syntax. */
import type { CacheSpec, HostAlias, NetworkMode, OutputSpec, OutputType } from '../api/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';

/** `NAME=value` pairs; a bare NAME takes the environment's value, and is left out if there is none. */
export function keyValues(
  texts: readonly string[],
  flag: string,
  env: Environment,
): Record<string, string> {
  return Object.fromEntries(keyValuePairs(texts, flag, env));
}

/** As `keyValues`, in order and with repetitions. */
export function keyValuePairs(
  texts: readonly string[],
  flag: string,
  env: Environment,
): [name: string, value: string][] {
  return texts.flatMap((text): [string, string][] => {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    if (name === '') throw badValue(flag, text, 'NAME=value');
    if (equals >= 0) return [[name, text.slice(equals + 1)]];
    const value = env[name];
    return value === undefined ? [] : [[name, value]];
  });
}

/** `name=source`, for --build-context; the last one of a name wins. */
export function namedContexts(texts: readonly string[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const text of texts) {
    const equals = text.indexOf('=');
    if (equals <= 0 || equals === text.length - 1) {
      throw badValue('--build-context', text, 'name=source, such as base=docker-image://alpine');
    }
    result[text.slice(0, equals)] = text.slice(equals + 1);
  }
  return result;
}

/** `key=value`; a bare key has an empty value. */
export function labels(texts: readonly string[]): Record<string, string> {
  const result: Record<string, string> = {};
  for (const text of texts) {
    const equals = text.indexOf('=');
    const name = equals < 0 ? text : text.slice(0, equals);
    if (name === '') throw badValue('--label', text, 'name=value');
    result[name] = equals < 0 ? '' : text.slice(equals + 1);
  }
  return result;
}

const HOST_GATEWAY = 'host-gateway';

/** `name:ip`, `name=ip`, `name:host-gateway`, an IPv6 address with or without brackets. */
export function hostAlias(text: string): HostAlias {
  const [, name, rest] = /^([^:=]+)[:=](.+)$/.exec(text) ?? [];
  if (name === undefined || rest === undefined) throw badValue('--add-host', text, 'name=address');
  if (rest === HOST_GATEWAY) return { name, address: rest };
  const address = rest.replace(/^\[(.*)\]$/, '$1');
  if (!/^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/.test(address)) {
    throw badValue('--add-host', text, 'an IP address after the name');
  }
  return { name, address };
}

/** Undefined for Docker's `default`. */
export function networkMode(text: string | undefined): NetworkMode | undefined {
  switch (text) {
    case undefined:
    case '':
    case 'default':
      return undefined;
    case 'host':
    case 'none':
    case 'private':
      return text;
    // Docker's default is a network of the container's own.
    case 'bridge':
      return 'private';
    default:
      throw new AppError('CLI_NOT_YET', `network mode ${JSON.stringify(text)} is not supported`, {
        expected: 'host (the default), private or none',
        hint: 'a private network has connections to the outside, and no others',
      });
  }
}

/** `64m`, `1g`, `1048576`: binary units, as Docker takes them. @returns bytes */
export function byteSize(text: string, flag: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(text) ?? [];
  if (digits === undefined || unit === undefined) throw badValue(flag, text, 'a size such as 64m');
  const power = unit === '' ? 0 : 'kmgtp'.indexOf(unit.toLowerCase()) + 1;
  return Math.floor(Number(digits) * 1024 ** power);
}

const ULIMITS = [
  ...['core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile', 'nproc'],
  ...['rss', 'rtprio', 'rttime', 'sigpending', 'stack'],
];

/** `nofile=1024:2048`; a single number sets both limits. */
export function ulimit(text: string): { name: string; soft: number; hard: number } {
  const [, name, soft, hard] = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(text) ?? [];
  if (name === undefined || soft === undefined) {
    throw badValue('--ulimit', text, 'name=soft[:hard], such as nofile=1024:2048');
  }
  if (!ULIMITS.includes(name)) {
    const near = nearestName(name, ULIMITS);
    throw new AppError('CLI_FLAG_VALUE', `unknown limit '${name}' in --ulimit ${text}`, {
      expected: ULIMITS.join(', '),
      hint: near === undefined ? undefined : `did you mean ${near}?`,
    });
  }
  const limits = { name, soft: Number(soft), hard: Number(hard ?? soft) };
  const unlimited = limits.hard < 0;
  if (!unlimited && (limits.soft < 0 || limits.soft > limits.hard)) {
    throw badValue('--ulimit', text, 'a soft limit no higher than the hard limit');
  }
  return limits;
}

/** Lists inside one value: `a,b`. */
export function commaSeparated(texts: readonly string[]): string[] {
  return texts.flatMap((text) => text.split(',')).filter((part) => part !== '');
}

const outputTypes: readonly OutputType[] = [
  ...(['image', 'registry', 'oci', 'docker', 'tar', 'local', 'cacheonly'] as const),
];

/** A value of `--output`: `type=oci,dest=a.tar`, a bare path (files into it), `-` (a tar on standard output). */
export function outputSpec(text: string): OutputSpec {
  if (text === '-') return { type: 'tar', dest: '-', attrs: {} };
  const fields = splitCsv(text);
  if (fields.length === 1 && !text.includes('=')) return { type: 'local', dest: text, attrs: {} };
  const pairs = new Map<string, string>();
  for (const field of fields) {
    const equals = field.indexOf('=');
    // `push` alone means `push=true`.
    const [key, value] =
      equals < 0 ? [field, ''] : [field.slice(0, equals), field.slice(equals + 1)];
    if (key.trim() === '') {
      throw badValue('--output', text, 'key=value pairs separated by commas');
    }
    pairs.set(attributeName(key.trim()), value);
  }
  const type = requireType(text, pairs.get('type'));
  const dest = pairs.get('dest');
  const name = pairs.get('name');
  const attrs = Object.fromEntries(
    [...pairs].filter(([key]) => key !== 'type' && key !== 'dest' && key !== 'name'),
  );
  return withDestination(text, type, dest, { ...(name && { name }), attrs, text });
}

/** Keys ignore case, except those of annotations. */
function attributeName(key: string): string {
  const dot = key.indexOf('.');
  if (!/^annotation/i.test(key) || dot < 0) return key.toLowerCase();
  return key.slice(0, dot).toLowerCase() + key.slice(dot);
}

/** `type=…,key=value`; a bare name is a name in a registry. */
export function cacheSpec(text: string, flag: string): CacheSpec {
  const fields = splitCsv(text);
  if (!text.includes('=')) return { type: 'registry', attrs: { ref: text }, text };
  const pairs = new Map<string, string>();
  for (const field of fields) {
    const equals = field.indexOf('=');
    const key = (equals < 0 ? field : field.slice(0, equals)).trim().toLowerCase();
    if (key === '') throw badValue(flag, text, 'key=value pairs separated by commas');
    pairs.set(key, equals < 0 ? '' : field.slice(equals + 1));
  }
  const { type = 'registry', ...attrs } = Object.fromEntries(pairs);
  return { type, attrs, text };
}

function requireType(text: string, type: string | undefined): OutputType {
  const known = outputTypes.find((candidate) => candidate === type);
  if (known !== undefined) return known;
  const near = type === undefined ? undefined : nearestName(type, outputTypes);
  throw new AppError('CLI_FLAG_VALUE', `invalid value ${JSON.stringify(text)} for --output`, {
    expected: `type=${outputTypes.join('|')}`,
    hint: near === undefined ? undefined : `did you mean type=${near}?`,
  });
}

function withDestination(
  text: string,
  type: OutputType,
  dest: string | undefined,
  rest: Pick<OutputSpec, 'name' | 'attrs' | 'text'>,
): OutputSpec {
  if (dest === '') throw badValue('--output', text, 'a path after dest=');
  if (type === 'image' || type === 'registry' || type === 'cacheonly') return { type, ...rest };
  // Without a destination, it is loaded into Docker or Podman.
  if (type === 'docker' && dest === undefined) return { type, ...rest };
  if (type === 'local' && (dest === undefined || dest === '-')) {
    throw badValue('--output', text, 'type=local,dest=DIRECTORY');
  }
  return { type, dest: dest ?? '-', ...rest };
}

/** Fields separated by commas; a field in double quotes may hold commas, `""` in it is a quote. */
export function splitCsv(text: string): string[] {
  const fields: string[] = [];
  for (const match of text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    fields.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
  }
  return fields;
}

/** @returns seconds, or undefined if the variable is not set. @throws AppError CLI_ENVIRONMENT */
export function sourceDateEpoch(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new AppError(
    'CLI_ENVIRONMENT',
    `SOURCE_DATE_EPOCH is not a number: ${JSON.stringify(text)}`,
    { expected: 'whole seconds since 1970, such as 1700000000' },
  );
}

/**
 * The epoch of a build. A number is the epoch; the name of a source stays a build argument. Without an argument, the
 * environment variable is used.
 */
export function epochArgument(buildArgs: Readonly<Record<string, string>>, env: Environment) {
  const text = buildArgs.SOURCE_DATE_EPOCH ?? env.SOURCE_DATE_EPOCH;
  if (text === undefined || text === '') return { buildArgs, epoch: undefined };
  if (/^\d{1,12}$/.test(text)) return { buildArgs, epoch: Number(text) };
  return { buildArgs: { ...buildArgs, SOURCE_DATE_EPOCH: text }, epoch: undefined };
}

export function badValue(flag: string, text: string, expected: string): AppError {
  return new AppError('CLI_FLAG_VALUE', `invalid value ${JSON.stringify(text)} for ${flag}`, {
    expected,
  });
}
