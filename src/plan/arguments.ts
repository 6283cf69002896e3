/** Build arguments: predefined ones, their values, and their scope. */
import type { Platform } from '../oci/index.ts';
import { formatPlatform } from '../oci/index.ts';

const PROXY_NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'] as const;

/** A declared ARG; a value of undefined was declared without one. */
export interface DeclaredArgument {
  readonly name: string;
  readonly value: string | undefined;
}

/**
 * The proxy variables for RUN, in both spellings, from build arguments. They are part of no key and no history,
 * so a build does not change when the network's proxy does.
 */
export function proxyEnvironment(buildArgs: ReadonlyMap<string, string>): readonly string[] {
  return PROXY_NAMES.flatMap((name) => {
    const value = buildArgs.get(name) ?? buildArgs.get(name.toLowerCase());
    if (value === undefined || value === '') return [];
    return [`${name}=${value}`, `${name.toLowerCase()}=${value}`];
  });
}

/** Whether a build argument has an effect without being declared, or is for the builder itself. */
export function isPredefined(name: string): boolean {
  return (
    name.startsWith('BUILDKIT_') ||
    name === 'SOURCE_DATE_EPOCH' ||
    PROXY_NAMES.some((proxy) => proxy === name.toUpperCase())
  );
}

/** Whether an ARG is only for the scanner of packages: RUN and words do not see it. */
export function isForScanner(name: string): boolean {
  return name === 'BUILDKIT_SBOM_SCAN_CONTEXT' || name === 'BUILDKIT_SBOM_SCAN_STAGE';
}

/** The arguments that every Dockerfile has in its global scope. */
export function platformArguments(
  target: Platform,
  build: Platform,
  stage: string,
): ReadonlyMap<string, string> {
  return new Map([
    ...platformNames('TARGET', target),
    ...platformNames('BUILD', build),
    ['TARGETSTAGE', stage] as const,
  ]);
}

function platformNames(prefix: string, platform: Platform): readonly (readonly [string, string])[] {
  return [
    [`${prefix}PLATFORM`, formatPlatform(platform)],
    [`${prefix}OS`, platform.os],
    [`${prefix}OSVERSION`, platform['os.version'] ?? ''],
    [`${prefix}ARCH`, platform.architecture],
    [`${prefix}VARIANT`, platform.variant ?? ''],
  ];
}
