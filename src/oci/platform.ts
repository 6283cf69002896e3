/**
 * Platforms: `os[/architecture[/variant]]`, with the spellings and defaults that containerd (and so Docker) takes.
 */
import { AppError } from '../errors.ts';
import type { Platform } from './types.ts';

const SYSTEMS = new Set([
  'aix',
  'android',
  'darwin',
  'dragonfly',
  'freebsd',
  'hurd',
  'illumos',
  'ios',
  'js',
  'linux',
  'nacl',
  'netbsd',
  'openbsd',
  'plan9',
  'solaris',
  'wasip1',
  'windows',
  'zos',
]);
const ARCHITECTURES = new Set([
  '386',
  'amd64',
  'amd64p32',
  'arm',
  'armbe',
  'arm64',
  'arm64be',
  'loong64',
  'mips',
  'mipsle',
  'mips64',
  'mips64le',
  'mips64p32',
  'mips64p32le',
  'ppc',
  'ppc64',
  'ppc64le',
  'riscv',
  'riscv64',
  's390',
  's390x',
  'sparc',
  'sparc64',
  'wasm',
]);
/** Node's names of architectures that are not the field's. */
const NODE_ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  mipsel: 'mipsle',
};
const NODE_SYSTEMS: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' };

/** The platform this process runs on, as containers see it: Linux where containers need a virtual machine. */
export function hostPlatform(): Platform {
  const os = NODE_SYSTEMS[process.platform] ?? process.platform;
  const architecture = NODE_ARCHITECTURES[process.arch] ?? process.arch;
  return normalizePlatform({ os: os === 'darwin' ? 'linux' : os, architecture });
}

/**
 * Reads `linux`, `amd64`, `linux/arm64`, `linux/arm/v7`, `windows(10.0.17763)/amd64`. A lone operating system or
 * architecture is completed from the host.
 * @throws AppError PLATFORM_INVALID
 */
export function parsePlatform(text: string): Platform {
  const [first = '', second, third, ...rest] = text.split('/');
  const system = /^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)\))?$/.exec(first);
  const parts = [second, third].filter((part) => part !== undefined);
  const isWellFormed = system !== null && parts.every((part) => /^[A-Za-z0-9_.-]+$/.test(part));
  if (!isWellFormed || rest.length > 0) throw invalid(text);
  const name = normalizeSystem(system[1] ?? '');
  const version = system[2] === undefined || system[2] === '' ? {} : { 'os.version': system[2] };
  if (second === undefined) return { ...loneWord(text, name), ...version };
  const { architecture, variant } = normalizeArchitecture(second, third ?? '');
  if (architecture === 'arm64' && third !== undefined && variant === '') {
    return { os: name, architecture, variant: 'v8', ...version };
  }
  const isPlainArm = architecture === 'arm' && variant === 'v7' && third === undefined;
  return { os: name, architecture, ...variantMember(isPlainArm ? '' : variant), ...version };
}

function loneWord(text: string, name: string): Platform {
  const host = hostPlatform();
  if (SYSTEMS.has(name)) return { ...host, os: name };
  const { architecture, variant } = normalizeArchitecture(text, '');
  if (!ARCHITECTURES.has(architecture)) throw invalid(text);
  const isPlainArm = architecture === 'arm' && variant === 'v7';
  return { os: host.os, architecture, ...variantMember(isPlainArm ? '' : variant) };
}

/** `linux/arm/v7`; the version of the system is left out. */
export function formatPlatform({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant].filter((part) => part !== undefined && part !== '').join('/');
}

/** The one spelling of a platform: lower case, known aliases replaced, a variant that goes without saying dropped. */
export function normalizePlatform(platform: Platform): Platform {
  const { variant: given = '', ...rest } = platform;
  const { architecture, variant } = normalizeArchitecture(platform.architecture, given);
  return { ...rest, os: normalizeSystem(platform.os), architecture, ...variantMember(variant) };
}

/** Whether two platforms are the same, however they are spelled. Versions of the system are not compared. */
export function platformMatches(wanted: Platform, offered: Platform): boolean {
  const a = normalizePlatform(wanted);
  const b = normalizePlatform(offered);
  return a.os === b.os && a.architecture === b.architecture && a.variant === b.variant;
}

/**
 * Which of several platforms serves best where `wanted` is wanted: the same one, else the nearest older one that
 * its processors run (`arm/v6` for `arm/v7`, `386` for `amd64`).
 * @returns an index into `offered`, or undefined when none will do
 */
export function selectPlatform(wanted: Platform, offered: readonly Platform[]): number | undefined {
  for (const acceptable of runnablePlatforms(wanted)) {
    const index = offered.findIndex(
      (platform) =>
        platformMatches(acceptable, platform) &&
        runsVersion(wanted['os.version'], platform['os.version']),
    );
    if (index >= 0) return index;
  }
  return undefined;
}

/** The first Windows whose containers later ones run too. */
const WINDOWS_SERVER_2022 = 20348;

/**
 * Whether a system of one version runs containers made for another. Only images for Windows have versions: there the
 * build has to be the same, but for Server 2022, whose containers later systems run.
 */
function runsVersion(wanted: string | undefined = '', offered: string | undefined = ''): boolean {
  if (wanted === '' || offered === '') return true;
  const [host = [], image = []] = [wanted, offered].map((text) => text.split('.').map(Number));
  if (host[0] !== image[0] || host[1] !== image[1]) return false;
  const [hostBuild = 0, build = 0] = [host[2], image[2]];
  return hostBuild === build || (hostBuild > build && build === WINDOWS_SERVER_2022);
}

/** The platform itself, then what else it runs, best first. */
function runnablePlatforms(platform: Platform): Platform[] {
  const { os, architecture, variant } = normalizePlatform(platform);
  const of = (name: string, variants: readonly string[]): Platform[] =>
    variants.map((each) => ({ os, architecture: name, variant: each }));
  switch (architecture) {
    case 'amd64':
      return [...of('amd64', downFrom(variant ?? 'v1', 1)), ...of('386', [''])];
    case 'arm':
      return of('arm', downFrom(variant ?? 'v7', 5));
    case 'arm64':
      return [...of('arm64', armVariants(variant ?? 'v8')), ...of('arm', downFrom('v8', 5))];
    default:
      return [{ os, architecture, variant }];
  }
}

/** `v3` down to 1: v3, v2, v1. Other spellings stand for themselves. */
function downFrom(variant: string, lowest: number): string[] {
  const match = /^v([0-9]+)$/.exec(variant);
  if (match === null) return [variant];
  const variants: string[] = [];
  for (let version = Math.min(Number(match[1]), 99); version >= lowest; version--)
    variants.push(`v${version}`);
  return variants.length === 0 ? [variant] : variants;
}

/** Armv9.x includes Armv8.(x+5), and each minor version the ones before it. */
function armVariants(variant: string): string[] {
  const match = /^v([89])(?:\.([0-9]))?$/.exec(variant);
  if (match === null) return [variant];
  const minor = Number(match[2] ?? 0);
  const newer = match[1] === '9' ? numbered('v9', minor) : [];
  return [...newer, ...numbered('v8', match[1] === '9' ? minor + 5 : minor)];
}

function numbered(major: string, minor: number): string[] {
  const variants: string[] = [];
  for (let version = minor; version > 0; version--) variants.push(`${major}.${version}`);
  return [...variants, major];
}

function normalizeSystem(os: string): string {
  const lower = os.toLowerCase();
  return lower === 'macos' ? 'darwin' : lower;
}

function normalizeArchitecture(
  name: string,
  given: string,
): { architecture: string; variant: string } {
  const architecture = name.toLowerCase();
  const variant = given.toLowerCase();
  switch (architecture) {
    case 'i386':
      return { architecture: '386', variant: '' };
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return { architecture: 'amd64', variant: variant === 'v1' ? '' : variant };
    case 'aarch64':
    case 'arm64':
      return { architecture: 'arm64', variant: arm64Variant(variant) };
    case 'armhf':
      return { architecture: 'arm', variant: 'v7' };
    case 'armel':
      return { architecture: 'arm', variant: 'v6' };
    case 'arm':
      return { architecture, variant: variant === '' ? 'v7' : withLetter(variant) };
    default:
      return { architecture, variant };
  }
}

function arm64Variant(variant: string): string {
  const full = withLetter(variant);
  if (full === 'v8' || full === 'v8.0') return '';
  return full === 'v9.0' ? 'v9' : full;
}

function withLetter(variant: string): string {
  return /^[0-9]/.test(variant) ? `v${variant}` : variant;
}

function variantMember(variant: string): { variant?: string } {
  return variant === '' ? {} : { variant };
}

function invalid(text: string): AppError {
  return new AppError('PLATFORM_INVALID', `invalid platform ${JSON.stringify(text)}`, {
    expected: 'os/architecture[/variant], for example linux/amd64 or linux/arm/v7',
  });
}
