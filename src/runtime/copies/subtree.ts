/** A part of a stack of lower directories. */
import { lstatSync } from 'node:fs';
import {
  fsPath,
  isWhiteout,
  listXattrs,
  opaqueXattr,
  type XattrFlavour,
} from '../../system/index.ts';
import { FILE_TYPE, typeOf } from './copy-file.ts';

/**
 * What a path is made of.
 *
 * @param lowers bottom first
 * @param path resolved in the stack, latin1 bytes; `''` is the root
 * @returns host paths, bottom first: a file, or directories to lay over each other; empty if nothing is there
 */
export function subtreeOf(
  lowers: readonly string[],
  path: string,
  flavour: XattrFlavour,
): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '');
  let found: string[] = [];
  for (const lower of lowers) {
    const { host, hidesLower } = descend(lower, parts, flavour);
    if (hidesLower) found = [];
    if (host !== undefined) found.push(host);
  }
  return found;
}

function descend(
  lower: string,
  parts: readonly string[],
  flavour: XattrFlavour,
): { readonly host: string | undefined; readonly hidesLower: boolean } {
  let host = lower;
  let hidesLower = false;
  for (const [index, part] of parts.entries()) {
    host += `/${part}`;
    const stat = lstatSync(fsPath(host), { bigint: true, throwIfNoEntry: false });
    if (stat === undefined) return { host: undefined, hidesLower };
    if (typeOf(stat) !== FILE_TYPE.directory) {
      const isThere = index === parts.length - 1 && !isWhiteout(stat);
      return { host: isThere ? host : undefined, hidesLower: true };
    }
    hidesLower ||= listXattrs(host)?.[opaqueXattr(flavour)] === 'y';
  }
  return { host, hidesLower };
}
