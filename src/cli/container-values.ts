/** Flags of `lamina run` whose values have their own syntax. */
import { resolve } from 'node:path';
import type {
  DeviceSpec,
  NetworkMode,
  PublishedPort,
  TmpfsSpec,
  VolumeSpec,
} from '../api/index.ts';
import { AppError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { badValue, byteSize, splitCsv } from './values.ts';

/** The mounts of `--volume`, `--mount` and `--tmpfs` together. */
export interface MountValues {
  readonly volumes: readonly VolumeSpec[];
  readonly tmpfs: readonly TmpfsSpec[];
  readonly anonymousVolumes: readonly string[];
}

type Mount =
  | ({ readonly kind: 'bind' } & VolumeSpec)
  | ({ readonly kind: 'tmpfs' } & TmpfsSpec)
  | { readonly kind: 'volume'; readonly target: string };

/** @throws AppError CLI_FLAG_VALUE, CLI_NOT_YET */
export function mountValues(flags: {
  readonly volume: readonly string[];
  readonly mount: readonly string[];
  readonly tmpfs: readonly string[];
}): MountValues {
  const mounts = [
    ...flags.volume.map(volume),
    ...flags.mount.map(mount),
    ...flags.tmpfs.map(tmpfs),
  ];
  const targets = new Set<string>();
  for (const { target } of mounts) {
    const clean = resolve(target);
    if (targets.has(clean)) {
      throw new AppError('CLI_FLAG_VALUE', `two mounts have the same target: ${target}`);
    }
    targets.add(clean);
  }
  return {
    volumes: mounts.flatMap((one) => (one.kind === 'bind' ? [one] : [])),
    tmpfs: mounts.flatMap((one) => (one.kind === 'tmpfs' ? [one] : [])),
    anonymousVolumes: mounts.flatMap((one) => (one.kind === 'volume' ? [one.target] : [])),
  };
}

/** File sharing options without effect. */
const WITHOUT_MEANING = ['z', 'Z', 'cached', 'delegated', 'consistent', 'nocopy'];

/** `/path`, or `host:container[:options]`; a relative host path is relative to the working directory. */
function volume(text: string): Mount {
  const [source = '', target = '', options = '', ...rest] = text.split(':');
  if (rest.length > 0) throw badValue('--volume', text, 'host:container[:ro]');
  if (target === '') {
    if (source.startsWith('/')) return { kind: 'volume', target: source };
    throw badValue('--volume', text, 'host:container[:ro], or a path in the container');
  }
  if (!/^[./~]/.test(source)) throw namedVolume(source);
  if (!target.startsWith('/')) {
    throw badValue('--volume', text, 'an absolute path in the container');
  }
  const words = options.split(',').filter((word) => word !== '');
  const unknown = words.find((word) => !['ro', 'rw', ...WITHOUT_MEANING].includes(word));
  if (unknown !== undefined) throw badValue('--volume', text, 'ro or rw after the paths');
  return { kind: 'bind', source: resolve(source), target, readonly: words.includes('ro') };
}

function namedVolume(name: string): AppError {
  return new AppError('CLI_NOT_YET', `named volumes are not supported: '${name}'`, {
    expected: 'a host path that begins with / or .',
    hint: `use a directory: -v ./${name}:/path`,
  });
}

/** `type=bind,source=…,target=…`, with Docker's names of the fields. */
function mount(text: string): Mount {
  const fields = mountFields(text);
  const take = (...names: readonly string[]) => {
    const found = names.find((name) => fields.has(name));
    const value = found === undefined ? undefined : fields.get(found);
    for (const name of names) fields.delete(name);
    return value;
  };
  const type = take('type') ?? 'volume';
  const target = take('target', 'destination', 'dst') ?? '';
  const source = take('source', 'src');
  const readonly = booleanField(text, take('readonly', 'ro'));
  take('consistency', 'volume-nocopy');
  if (!target.startsWith('/')) throw badValue('--mount', text, 'target=PATH with an absolute path');
  switch (type) {
    case 'bind':
      if (source === undefined)
        throw badValue('--mount', text, 'source=PATH with a path on this machine');
      refuseRest(text, fields);
      return { kind: 'bind', source: resolve(source), target, readonly };
    case 'tmpfs': {
      const size = take('tmpfs-size');
      const mode = take('tmpfs-mode');
      if (source !== undefined) throw badValue('--mount', text, 'no source= with type=tmpfs');
      refuseRest(text, fields);
      return {
        kind: 'tmpfs',
        target,
        readonly,
        size: size === undefined ? undefined : byteSize(size, '--mount tmpfs-size='),
        mode: mode === undefined ? 0o1777 : octal('--mount', text, mode),
      };
    }
    case 'volume':
      if (source !== undefined) throw namedVolume(source);
      if (readonly) throw badValue('--mount', text, 'a writable anonymous volume');
      refuseRest(text, fields);
      return { kind: 'volume', target };
    default:
      throw badValue('--mount', text, 'type=bind, type=tmpfs or type=volume');
  }
}

function mountFields(text: string): Map<string, string> {
  return new Map(
    splitCsv(text).map((field) => {
      const equals = field.indexOf('=');
      if (equals < 0) return [field.trim().toLowerCase(), 'true'];
      return [field.slice(0, equals).trim().toLowerCase(), field.slice(equals + 1)];
    }),
  );
}

function booleanField(text: string, value: string | undefined): boolean {
  if (value === undefined) return false;
  if (/^(true|1)$/i.test(value)) return true;
  if (/^(false|0)$/i.test(value)) return false;
  throw badValue('--mount', text, 'readonly, readonly=true or readonly=false');
}

const MOUNT_FIELDS = ['type', 'source', 'target', 'readonly', 'tmpfs-size', 'tmpfs-mode'];

function refuseRest(text: string, fields: ReadonlyMap<string, string>): void {
  const [unknown] = fields.keys();
  if (unknown === undefined) return;
  const near = nearestName(unknown, MOUNT_FIELDS);
  throw new AppError('CLI_FLAG_VALUE', `unknown field '${unknown}' in --mount ${text}`, {
    expected: MOUNT_FIELDS.join(', '),
    hint: near === undefined ? undefined : `did you mean ${near}=?`,
  });
}

/** `/path[:options]`, with options of mount(8). */
function tmpfs(text: string): Mount {
  const colon = text.indexOf(':');
  const target = colon < 0 ? text : text.slice(0, colon);
  if (!target.startsWith('/')) throw badValue('--tmpfs', text, '/path[:size=64m,mode=1777,exec]');
  const result: { -readonly [K in keyof TmpfsSpec]: TmpfsSpec[K] } = { target, mode: 0o1777 };
  const options = colon < 0 ? [] : text.slice(colon + 1).split(',');
  for (const option of options.filter((word) => word !== '')) {
    const [name = '', value = ''] = option.split('=', 2);
    if (name === 'size') result.size = byteSize(value, '--tmpfs size=');
    else if (name === 'mode') result.mode = octal('--tmpfs', text, value);
    else if (name === 'uid' || name === 'gid') result[name] = wholeNumber('--tmpfs', text, value);
    else if (name === 'ro' || name === 'rw') result.readonly = name === 'ro';
    else if (name === 'exec' || name === 'noexec') result.exec = name === 'exec';
    else if (!['nosuid', 'nodev', 'noatime', 'relatime'].includes(name)) {
      throw badValue('--tmpfs', text, 'of the options: size, mode, uid, gid, ro, rw, exec, noexec');
    }
  }
  return { kind: 'tmpfs', ...result };
}

function octal(flag: string, text: string, digits: string): number {
  if (/^[0-7]{1,4}$/.test(digits)) return Number.parseInt(digits, 8);
  throw badValue(flag, text, 'an octal mode, such as 1777');
}

function wholeNumber(flag: string, text: string, digits: string): number {
  if (/^\d{1,9}$/.test(digits)) return Number(digits);
  throw badValue(flag, text, 'a whole number');
}

/** `host[:container][:rwm]`. @throws AppError CLI_FLAG_VALUE, CLI_NOT_YET */
export function deviceSpec(text: string): DeviceSpec {
  const [source = '', second, third, ...rest] = text.split(':');
  if (!source.startsWith('/')) {
    throw new AppError('CLI_NOT_YET', `only device paths are supported: ${text}`, {
      expected: 'host[:container][:rwm], such as /dev/fuse',
    });
  }
  const isAccess = (word: string | undefined) => word !== undefined && /^[rwm]{1,3}$/.test(word);
  const target = second === undefined || isAccess(second) ? source : second;
  const access = third ?? (isAccess(second) ? second : undefined) ?? 'rwm';
  if (rest.length > 0 || !isAccess(access) || !target.startsWith('/')) {
    throw badValue('--device', text, 'host[:container][:rwm], such as /dev/fuse:/dev/fuse:rw');
  }
  return { source: resolve(source), target, access };
}

const PORT =
  /^(?:(?<ip>\[[\da-fA-F:.]*\]|\d+(?:\.\d+){3}):)?(?:(?<host>\d+(?:-\d+)?)?:)?(?<container>\d+(?:-\d+)?)(?:\/(?<protocol>tcp|udp|sctp))?$/;
const ANY_ADDRESS = ['0.0.0.0', '[::]'];

/**
 * A value of `--publish`. With host networking a port keeps its number, on the addresses that the process chooses.
 * @returns nothing with host networking
 * @throws AppError CLI_FLAG_VALUE, CLI_NOT_YET, CLI_USAGE
 */
export function publishedPorts(
  text: string,
  network: NetworkMode | undefined,
): readonly PublishedPort[] {
  const { ip, host, container, protocol } = PORT.exec(text)?.groups ?? {};
  if (container === undefined) throw badValue('--publish', text, 'host:container');
  if (network === 'none') {
    throw new AppError('CLI_USAGE', `ports cannot be published with --network=none: ${text}`, {
      hint: 'remove one of the two',
    });
  }
  if (network === 'private') return privatePorts(text, { ip, host, container, protocol });
  if (ip !== undefined && !ANY_ADDRESS.includes(ip)) {
    throw new AppError('CLI_NOT_YET', `ports cannot be bound to an address: ${text}`, {
      hint: `containers share this machine’s network: make the process listen on ${ip}`,
    });
  }
  if (host === undefined || host === container) return [];
  throw new AppError('CLI_NOT_YET', `ports cannot be mapped: ${text}`, {
    hint: `containers share this machine’s network, where port ${container} of the process is port ${container}; --network=private maps ports`,
  });
}

interface PortParts {
  readonly ip: string | undefined;
  readonly host: string | undefined;
  readonly container: string;
  readonly protocol: string | undefined;
}

/** The ports of a private network that lead to the process. */
function privatePorts(text: string, { ip, host, container, protocol = 'tcp' }: PortParts) {
  const notYet = (message: string, hint: string) =>
    new AppError('CLI_NOT_YET', `${message}: ${text}`, { hint });
  if (protocol !== 'tcp' && protocol !== 'udp') {
    throw notYet('only tcp and udp ports are published', 'remove the protocol');
  }
  if (host === undefined) {
    throw notYet('ports of this machine are not chosen', `name one: -p ${container}:${container}`);
  }
  if (ip?.startsWith('[')) {
    throw notYet('private networks have IPv4 only', 'choose an address of IPv4');
  }
  const [hosts, containers] = [portRange(host), portRange(container)];
  const isValid = hosts.length > 0 && hosts.length === containers.length;
  if (!isValid) throw badValue('--publish', text, 'two ports from 1 to 65535, or equal ranges');
  return hosts.map((port, index) => ({
    ...{ address: ip, host: port, container: containers[index] ?? port },
    protocol: protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
  }));
}

/** `80`, `80-90`. @returns nothing if it is not a range of ports */
function portRange(text: string): readonly number[] {
  const [first = 0, last = first] = text.split('-').map(Number);
  if (first < 1 || last > 65_535 || last < first) return [];
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
