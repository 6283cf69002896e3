/**
 * The last check of mount points, on the mounted root itself. Their paths were resolved in the image's index; the
 * contents of other mounts, such as a cache that earlier steps wrote to or a directory of the host, are visible only
 * here. A link on the path is refused: only the runtime would follow it.
 */
import { lstatSync, type Stats } from 'node:fs';
import { AppError } from '../../errors.ts';
import { pathParts, toText } from '../../files/index.ts';
import { COVERED_DIRECTORIES } from '../process/container-view.ts';
import type { OciMount } from '../process/oci-types.ts';

/**
 * @param rootfs the root file system, with all mount points that are in the image
 * @param mounts bind mounts in their order, with sources relative to the bundle or absolute
 * @throws AppError RUNTIME_MOUNT_TARGET
 */
export function checkTargets(rootfs: string, mounts: readonly OciMount[]): void {
  for (const [index, mount] of mounts.entries()) {
    const outer = mounts.slice(0, index).findLast((other) => isBelow(mount, other.destination));
    if (outer !== undefined) checkInside(mount, outer);
    else if (!COVERED_DIRECTORIES.some((path) => isBelow(mount, `/${path}`))) {
      checkPath(mount, { directory: rootfs, parts: pathParts(mount.destination) });
    }
  }
}

function checkInside(mount: OciMount, outer: OciMount): void {
  const directory = outer.source.replace(/^\.\.\//, '');
  const parts = pathParts(mount.destination).slice(pathParts(outer.destination).length);
  const isThere = checkPath(mount, { directory, parts });
  if (isThere || !outer.options.includes('ro')) return;
  throw unusable(mount, `it does not exist in '${outer.destination}', which is mounted read-only`, {
    hint: `create it in the source of the mount at '${outer.destination}', or make that mount writable`,
  });
}

/** @returns whether the whole path exists */
function checkPath(
  mount: OciMount,
  { directory, parts }: { readonly directory: string; readonly parts: readonly string[] },
): boolean {
  for (const count of parts.keys()) {
    const path = [directory, ...parts.slice(0, count + 1)].join('/');
    const found = statAt(path);
    if (found === undefined) return false;
    const isLast = count === parts.length - 1;
    if (found.isDirectory() || (isLast && !found.isSymbolicLink())) continue;
    const rest = parts.slice(count + 1).map((part) => `/${part}`);
    const link = mount.destination.slice(0, mount.destination.length - rest.join('').length);
    throw found.isSymbolicLink()
      ? unusable(mount, `'${link}' is a symbolic link`, {
          hint: 'mount it at the target of the link',
        })
      : unusable(mount, `'${link}' is not a directory`, { hint: 'choose another target' });
  }
  return true;
}

function statAt(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

function isBelow({ destination }: OciMount, directory: string): boolean {
  return destination.startsWith(`${directory}/`);
}

function unusable(
  { destination }: OciMount,
  reason: string,
  details: { readonly hint: string },
): AppError {
  const shown = toText(Buffer.from(destination).toString('latin1'));
  return new AppError('RUNTIME_MOUNT_TARGET', `cannot mount at '${shown}': ${reason}`, details);
}
