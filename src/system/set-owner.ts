/** Sets the owners of a tree's files. */
import { lchownSync } from 'node:fs';
import { type IdMap, type Owner, ownerOnHost } from './tree-form.ts';
import { hasOneId } from './user.ts';

/**
 * Sets the owner, as in the tree, of a file created by this process. Does not follow symlinks.
 *
 * @throws errors of `node:fs`; Error for an id outside the map
 */
export function setOwner(path: string | Buffer, owner: Owner, idMap: IdMap): void {
  const wanted = ownerOnHost(idMap, owner);
  if (wanted !== undefined) lchownSync(path, wanted.uid, wanted.gid);
}

/**
 * Sets the owner of a file, as seen in the user namespace of this process, if it has more than one id. Does not follow
 * symlinks.
 */
export function setOwnerHere(path: string | Buffer, { uid, gid }: Owner): void {
  if (!hasOneId()) lchownSync(path, uid, gid);
}
