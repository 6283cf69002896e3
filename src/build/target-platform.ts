import { hostPlatform, type Platform, parsePlatform } from '../oci/index.ts';
import type { BuildOptions } from './options.ts';

/** The platform of the image: the first that was asked for, else this machine's. */
export function targetPlatform({ platforms }: Pick<BuildOptions, 'platforms'>): Platform {
  const [first] = (platforms ?? []).filter((platform) => platform !== '');
  return first === undefined ? hostPlatform() : parsePlatform(first);
}
