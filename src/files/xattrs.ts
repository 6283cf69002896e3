/** Which extended attributes of a file belong into an image. */

export type Xattrs = Readonly<Record<string, string>>;

/**
 * Those that a new layer keeps: capabilities, as BuildKit's layers do. All others are the machine's (labels of SELinux,
 * signatures, notes of desktops and of overlayfs), and would give the same files two digests on two machines.
 *
 * @returns undefined when nothing is left
 */
export function layerXattrs(xattrs: Xattrs | undefined): Xattrs | undefined {
  const capability = xattrs?.['security.capability'];
  return capability === undefined ? undefined : { 'security.capability': capability };
}
