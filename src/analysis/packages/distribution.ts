/** The distribution that an image is made from. */
import type { BytePath } from '../../files/index.ts';
import type { Contents } from './types.ts';

const PATHS: readonly BytePath[] = ['etc/os-release', 'usr/lib/os-release'];

/** Which distribution `os-release` names. */
export interface Distribution {
  /** `debian`, `alpine`. */
  readonly id: string;
  readonly version: string | undefined;
}

export function isReleaseFile(path: BytePath): boolean {
  return PATHS.includes(path);
}

/** @returns undefined for an image without a distribution */
export function distributionIn(contents: Contents): Distribution | undefined {
  const text = PATHS.map((path) => contents.text(path)).find((found) => found !== undefined);
  const value = (key: string) =>
    new RegExp(`^${key}=(?:"([^"]*)"|'([^']*)'|(\\S*))`, 'm')
      .exec(text ?? '')
      ?.slice(1)
      .find((found) => found !== undefined);
  const id = value('ID');
  return id === undefined || id === ''
    ? undefined
    : { id, version: value('VERSION_ID') || undefined };
}
