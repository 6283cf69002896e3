/** Platforms: `os[/architecture[/variant]]`, with the aliases and defaults of containerd and Docker. */
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
/** Node's architecture names that differ from Go's. */
const NODE_ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  mipsel: 'mipsle',
};
const NODE_SYSTEMS: Readonly<Record<string, string>> = { win32: 'windows', sunos: 'solaris' };

/** The platform of containers on this machine: Linux if they need a virtual machine. */
export function hostPlatform(): Platform {
  const os = NODE_SYSTEMS[process.platform] ?? process.platform;
  const architecture = NODE_ARCHITECTURES[process.arch] ?? process.arch;
  return normalizePlatform({ os: os === 'darwin' ? 'linux' : os, architecture });
}

/**
 * Parses `linux`, `amd64`, `linux/arm64`, `linux/arm/v7`, `windows(10.0.17763)/amd64`, and OS features:
 * `windows(10.0.17763+win32k)/amd64`. Completes a lone operating system or architecture from the host.
 *
 * @throws AppError PLATFORM_INVALID
 */
export function parsePlatform(text: string): Platform {
  const [first = '', second, third, ...rest] = text.split('/');
  const system = SYSTEM.exec(first);
  const parts = [second, third].filter((part) => part !== undefined);
  const isWellFormed = system !== null && parts.every((part) => /^[A-Za-z0-9_.-]+$/.test(part));
  if (!isWellFormed || rest.length > 0) throw invalid(text);
  const name = normalizeSystem(system[1] ?? '');
  const version = optionsOf(system);
  if (second === undefined) return { ...loneWord(text, name), ...version };
  const { architecture, variant } = normalizeArchitecture(second, third ?? '');
  if (architecture === 'arm64' && third !== undefined && variant === '') {
    return { os: name, architecture, variant: 'v8', ...version };
  }
  const isPlainArm = architecture === 'arm' && variant === 'v7' && third === undefined;
  return { os: name, architecture, ...variantMember(isPlainArm ? '' : variant), ...version };
}

/** An operating system with optional version and features, each feature after a plus. */
const SYSTEM = /^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)((?:\+[A-Za-z0-9_.-]+)*)\))?$/;

function optionsOf([, , version = '', listed = '']: RegExpExecArray): Partial<Platform> {
  const features = listed.split('+').slice(1);
  return {
    ...(version === '' ? {} : { 'os.version': version }),
    ...(features.length === 0 ? {} : { 'os.features': features }),
  };
}

function loneWord(text: string, name: string): Platform {
  const host = hostPlatform();
  if (SYSTEMS.has(name)) return { ...host, os: name };
  const { architecture, variant } = normalizeArchitecture(text, '');
  if (!ARCHITECTURES.has(architecture)) throw invalid(text);
  const isPlainArm = architecture === 'arm' && variant === 'v7';
  return { os: host.os, architecture, ...variantMember(isPlainArm ? '' : variant) };
}

/** `linux/arm/v7`, or with OS version and features: `windows(10.0.17763+win32k)/amd64`. */
export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = platform;
  const system = [platform['os.version'] ?? '', ...(platform['os.features'] ?? [])].join('+');
  const name = system === '' ? os : `${os}(${system})`;
  return [name, architecture, variant]
    .filter((part) => part !== undefined && part !== '')
    .join('/');
}

/** The platform of an image's config or record. */
export function imagePlatform(image: Platform): Platform {
  const { os, architecture, variant } = image;
  const { 'os.version': version, 'os.features': features } = image;
  return {
    os,
    architecture,
    ...(variant === undefined ? {} : { variant }),
    ...(version === undefined ? {} : { 'os.version': version }),
    ...(features === undefined ? {} : { 'os.features': features }),
  };
}

/** Normalises a platform: lower case, without aliases and default variants. */
export function normalizePlatform(platform: Platform): Platform {
  const { variant: given = '', ...rest } = platform;
  const { architecture, variant } = normalizeArchitecture(platform.architecture, given);
  return { ...rest, os: normalizeSystem(platform.os), architecture, ...variantMember(variant) };
}

/** Whether two platforms are equal after normalisation. Ignores OS versions. */
export function platformMatches(wanted: Platform, offered: Platform): boolean {
  const a = normalizePlatform(wanted);
  const b = normalizePlatform(offered);
  return a.os === b.os && a.architecture === b.architecture && a.variant === b.variant;
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
