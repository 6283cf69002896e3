import type { BuildOptions } from '../../api/index.ts';
import {
  formatPlatform,
  hostPlatform,
  normalizePlatform,
  type Platform,
  parsePlatform,
} from '../../oci/index.ts';

/**
 * The platforms of the result in the requested order, each once, however it is spelled; this machine's by default.
 * `local` means this machine's too. Steps get the normalised platform, as in BuildKit: `linux/arm` is `linux/arm/v7`,
 * and `linux/arm64/v8` is `linux/arm64`.
 * @throws AppError PLATFORM_INVALID
 */
export function targetPlatforms({
  platforms = [],
}: Pick<BuildOptions, 'platforms'>): readonly [Platform, ...Platform[]] {
  const wanted = platforms.map((text) => text.trim()).filter((text) => text !== '');
  const read = wanted.map((text) =>
    text === 'local' ? hostPlatform() : normalizePlatform(parsePlatform(text)),
  );
  const [first = hostPlatform(), ...more] = new Map(
    read.map((platform) => [formatPlatform(platform), platform]),
  ).values();
  return [first, ...more];
}

/** Whether no platform was requested. */
export function isPlatformOpen({ platforms = [] }: Pick<BuildOptions, 'platforms'>): boolean {
  return platforms.every((text) => text.trim() === '');
}
