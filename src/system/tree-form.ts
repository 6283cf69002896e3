/**
 * How a tree of files with owners is stored on this machine's disk: the mapping of its ids, and the attributes by which
 * overlayfs recognises opaque directories.
 */

/** Maps `count` ids: in the tree from `inside` on, on the machine from `outside` on. */
export interface IdRange {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/**
 * `root`: ids are equal. Ranges: those of a user namespace with subordinate ids. `single`: all files belong to the user
 * who creates them, and represent root's.
 */
export type IdMap =
  | 'root'
  | 'single'
  | { readonly uids: readonly IdRange[]; readonly gids: readonly IdRange[] };

/** Overlayfs reads `trusted.overlay.*` for root, `user.overlay.*` in a user namespace. */
export type XattrFlavour = 'trusted' | 'user';

export interface TreeForm {
  readonly idMap: IdMap;
  readonly xattrFlavour: XattrFlavour;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The form of trees made by root of the machine. */
export const ROOT_FORM: TreeForm = { idMap: 'root', xattrFlavour: 'trusted' };

/** A unique string for each form. */
export function treeFormKey({ idMap, xattrFlavour }: TreeForm): string {
  const ids = typeof idMap === 'string' ? idMap : `${ranges(idMap.uids)};${ranges(idMap.gids)}`;
  return `${xattrFlavour} ${ids}`;
}

/** The attribute that marks an opaque directory with the value `y`. */
export function opaqueXattr(flavour: XattrFlavour): string {
  return `${flavour}.overlay.opaque`;
}

/**
 * Maps an owner in the tree to one on this machine.
 *
 * @returns undefined if all files belong to the user who creates them
 * @throws Error for an id outside all ranges
 */
export function ownerOnHost(idMap: IdMap, owner: Owner): Owner | undefined {
  if (idMap === 'root') return owner;
  if (idMap === 'single') return undefined;
  const map = (id: number, { inside, outside }: IdRange) => id - inside + outside;
  return {
    uid: mapped(owner.uid, idMap.uids, { first: (range) => range.inside, map }),
    gid: mapped(owner.gid, idMap.gids, { first: (range) => range.inside, map }),
  };
}

/**
 * Maps an owner on this machine to one in the tree.
 *
 * @throws Error for an id outside all ranges
 */
export function ownerInTree(idMap: IdMap, owner: Owner): Owner {
  if (idMap === 'root') return owner;
  if (idMap === 'single') return { uid: 0, gid: 0 };
  const map = (id: number, { inside, outside }: IdRange) => id - outside + inside;
  return {
    uid: mapped(owner.uid, idMap.uids, { first: (range) => range.outside, map }),
    gid: mapped(owner.gid, idMap.gids, { first: (range) => range.outside, map }),
  };
}

interface Direction {
  readonly first: (range: IdRange) => number;
  readonly map: (id: number, range: IdRange) => number;
}

function mapped(id: number, of: readonly IdRange[], { first, map }: Direction): number {
  const range = of.find((one) => id >= first(one) && id < first(one) + one.count);
  if (range === undefined) throw new Error(`the id ${id} is in no range of the id map`);
  return map(id, range);
}

function ranges(of: readonly IdRange[]): string {
  return of.map(({ inside, outside, count }) => `${inside}:${outside}:${count}`).join(',');
}
