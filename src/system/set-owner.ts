/** Gives files to the owners that a tree names. */
import { lchownSync } from 'node:fs';
import { type IdMap, type Owner, ownerOnHost } from './tree-form.ts';

/**
 * Makes the owner of a tree the owner of a file that this process made. Symlinks are not followed.
 *
 * @throws errors of `node:fs`; Error for an id that the map lacks
 */
export function setOwner(path: string | Buffer, owner: Owner, idMap: IdMap): void {
  const wanted = ownerOnHost(idMap, owner);
  if (wanted !== undefined) lchownSync(path, wanted.uid, wanted.gid);
}
