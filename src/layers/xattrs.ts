/** Removes extended attributes that control overlayfs; they are never part of a layer. */
import type { Xattrs } from '../files/index.ts';

const OVERLAY = /^(?:trusted|user)\.overlay\./;

/** Leaves out overlayfs's own attributes; undefined when nothing is left. */
export function withoutOverlayXattrs(xattrs: Xattrs | undefined): Xattrs | undefined {
  if (xattrs === undefined) return undefined;
  const names = Object.keys(xattrs);
  const kept = names.filter((name) => !OVERLAY.test(name));
  if (kept.length === names.length) return names.length === 0 ? undefined : xattrs;
  if (kept.length === 0) return undefined;
  return Object.fromEntries(kept.map((name) => [name, xattrs[name] ?? '']));
}

export function sameXattrs(a: Xattrs | undefined, b: Xattrs | undefined): boolean {
  const names = Object.keys(a ?? {});
  if (names.length !== Object.keys(b ?? {}).length) return false;
  return names.every((name) => a?.[name] === b?.[name]);
}
