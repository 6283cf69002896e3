/**
 * Selects one of several platforms by containerd's rules.
 * https://github.com/containerd/platforms
 */
import { normalizePlatform, platformMatches } from './platform.ts';
import type { Platform } from './types.ts';
import { runsWindows } from './windows-version.ts';

/**
 * The best match for `wanted`: the same platform, else the nearest older one that its processors run (`arm/v6` for
 * `arm/v7`, `386` for `amd64`). Among equals, the one that uses more of the wanted OS features, then the first.
 * @returns an index into `offered`; undefined if none matches
 */
export function selectPlatform(wanted: Platform, offered: readonly Platform[]): number | undefined {
  for (const acceptable of runnablePlatforms(wanted)) {
    let best: number | undefined;
    for (const [index, platform] of offered.entries()) {
      if (!platformMatches(acceptable, platform) || !suitsSystem(wanted, platform)) continue;
      const isBetter = best === undefined || featuresOf(platform) > featuresOf(offered[best]);
      if (isBetter) best = index;
    }
    if (best !== undefined) return best;
  }
  return undefined;
}

function featuresOf(platform: Platform | undefined): number {
  return platform?.['os.features']?.length ?? 0;
}

/** Versions count for Windows only; the host must have all OS features that the image requires. */
function suitsSystem(wanted: Platform, offered: Platform): boolean {
  const isWindows = normalizePlatform(wanted).os === 'windows';
  const needed = offered['os.features'] ?? [];
  const there = wanted['os.features'] ?? [];
  return (
    // All Windows images with a desktop have this feature.
    needed.every((feature) => there.includes(feature) || (isWindows && feature === 'win32k')) &&
    (!isWindows || runsWindows(wanted['os.version'], offered['os.version']))
  );
}

/** The platform itself, then the others that it runs, best first. */
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

/** `v3` down to 1: v3, v2, v1. Other spellings yield only themselves. */
function downFrom(variant: string, lowest: number): string[] {
  const match = /^v([0-9]+)$/.exec(variant);
  if (match === null) return [variant];
  const variants: string[] = [];
  for (let version = Math.min(Number(match[1]), 99); version >= lowest; version--)
    variants.push(`v${version}`);
  return variants.length === 0 ? [variant] : variants;
}

/** Armv9.x includes Armv8.(x+5); each minor version includes the earlier ones. */
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
