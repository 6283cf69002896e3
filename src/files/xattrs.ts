/** The extended attributes that images keep. */

export type Xattrs = Readonly<Record<string, string>>;

/**
 * The attributes that a new layer keeps: capabilities, as in BuildKit. All others depend on the machine (SELinux
 * labels, signatures, attributes of desktops and overlayfs), so the same files would have different digests on two
 * machines.
 *
 * @returns undefined when nothing is left
 */
export function layerXattrs(xattrs: Xattrs | undefined): Xattrs | undefined {
  const capability = xattrs?.['security.capability'];
  return capability === undefined ? undefined : { 'security.capability': capability };
}
