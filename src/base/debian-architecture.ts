import { AppError } from '../errors.ts';
import { formatPlatform, normalizePlatform, type Platform } from '../oci/index.ts';

/** Debian's names of the architectures it releases for. */
const NAMES: Readonly<Record<string, string>> = {
  'linux/386': 'i386',
  'linux/amd64': 'amd64',
  'linux/arm/v5': 'armel',
  'linux/arm/v6': 'armel',
  'linux/arm/v7': 'armhf',
  'linux/arm64': 'arm64',
  'linux/mips64le': 'mips64el',
  'linux/ppc64le': 'ppc64el',
  'linux/riscv64': 'riscv64',
  'linux/s390x': 's390x',
};

/**
 * What Debian calls the architecture of a platform.
 * @throws AppError BASE_PLATFORM
 */
export function debianArchitecture(platform: Platform): string {
  const name = formatPlatform(normalizePlatform(platform));
  const found = NAMES[name];
  if (found !== undefined) return found;
  throw new AppError('BASE_PLATFORM', `Debian has no packages for ${name}`, {
    expected: Object.keys(NAMES).join(', '),
  });
}
