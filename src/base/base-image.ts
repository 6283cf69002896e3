/** Base images of every kind: the tar of their root file system, and their configuration. */
import { AppError } from '../errors.ts';
import type { ContainerConfig } from '../oci/index.ts';
import { parseBaseName } from './base-name.ts';
import type { BaseOptions } from './base-options.ts';
import { debianBase } from './debian-base.ts';
import { distrolessBase } from './distroless/distroless-base.ts';
import { distrolessNameOf, parseDistrolessName } from './distroless/name.ts';
import { distrolessConfig } from './distroless/recipe.ts';

/**
 * The configuration of a base image.
 * @throws AppError BASE_UNKNOWN for a name without a recipe
 */
export function baseConfig(name: string): ContainerConfig {
  const distroless = parseDistrolessName(name);
  if (distroless !== undefined) return distrolessConfig(distroless);
  parseBaseName(name);
  return {
    Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    Cmd: ['bash'],
  };
}

/**
 * The one name of all that mean the same image: however it is asked for, it comes out the same.
 * @throws AppError BASE_UNKNOWN for a name without a recipe
 */
export function recipeName(name: string): string {
  const distroless = parseDistrolessName(name);
  if (distroless !== undefined) return distrolessNameOf(distroless);
  const { suite, variant } = parseBaseName(name);
  return `debian:${suite}${variant === 'slim' ? '-slim' : ''}`;
}

/** Whether there is a recipe for the image of this name. */
export function canMakeBase(name: string): boolean {
  try {
    baseConfig(name);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'BASE_UNKNOWN') return false;
    throw error;
  }
}

/**
 * @param consume takes the tar of the root file system. What it returns counts only if this call resolves: a tar that
 *   was cut short makes the iteration throw.
 * @throws AppError BASE_UNKNOWN, BASE_NO_MIRROR, BASE_MIRROR_INVALID, BASE_TOOL_MISSING, BASE_FAILED; AbortedError
 */
export function makeBaseTar<T>(
  options: BaseOptions,
  consume: (tar: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const distroless = parseDistrolessName(options.name);
  if (distroless !== undefined) return distrolessBase(distroless, options, consume);
  return debianBase(options, consume);
}
