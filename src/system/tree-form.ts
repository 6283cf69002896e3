/**
 * How a tree of files with owners lies on this machine's disk: whose ids its files have, and by which attributes overlayfs
 * knows opaque directories.
 */

/** `count` ids, of the tree from `inside` on, which are those of the machine from `outside` on. */
export interface IdRange {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

/**
 * `root`: every id is the machine's. Ranges: those of a user namespace with subordinate ids. `single`: all files belong to
 * whoever makes them, and stand for root's.
 */
export type IdMap =
  | 'root'
  | 'single'
  | { readonly uids: readonly IdRange[]; readonly gids: readonly IdRange[] };

/** Overlayfs reads `trusted.overlay.*` of root, and `user.overlay.*` in a user namespace. */
export type XattrFlavour = 'trusted' | 'user';

export interface TreeForm {
  readonly idMap: IdMap;
  readonly xattrFlavour: XattrFlavour;
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** As root of the machine makes trees. */
export const ROOT_FORM: TreeForm = { idMap: 'root', xattrFlavour: 'trusted' };

/** One text for each form. */
export function treeFormKey({ idMap, xattrFlavour }: TreeForm): string {
  const ids = typeof idMap === 'string' ? idMap : `${ranges(idMap.uids)};${ranges(idMap.gids)}`;
  return `${xattrFlavour} ${ids}`;
}

/** The attribute that marks an opaque directory with the value `y`. */
export function opaqueXattr(flavour: XattrFlavour): string {
  return `${flavour}.overlay.opaque`;
}

/**
 * The owner that a file of the tree has on this machine.
 *
 * @returns undefined where all files belong to whoever makes them
 * @throws Error for an id that no range has
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
 * The owner in the tree of a file of this machine.
 *
 * @throws Error for an id that no range has
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
