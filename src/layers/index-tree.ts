/**
 * Turns an overlay upper directory into a layer index: what a process changed, as data. Contents are read only where all
 * else is as before.
 */
import { type BigIntStats, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { TimeSlice } from '../concurrency/index.ts';
import {
  type FileEntry,
  type FileTree,
  type FileType,
  joinPath,
  layerXattrs,
  type Xattrs,
} from '../files/index.ts';
import {
  isWhiteout,
  listXattrs,
  type Owner,
  opaqueXattr,
  ownerInTree,
  type TreeForm,
} from '../system/index.ts';
import { fsPath, toBytePath } from './host-files.ts';
import type { LayerEntry, LayerFile, LayerIndex } from './layer-index.ts';
import { sameContent } from './same-content.ts';
import { isReservedName, reservedName } from './whiteout-names.ts';
import { sameXattrs } from './xattrs.ts';

export interface IndexTreeOptions {
  /** The layers below the upper directory. */
  readonly base: FileTree;
  /** The form of the upper directory. */
  readonly form: TreeForm;
  /** Where all files belong to one user: the owner of new ones; others keep that of `base`. Default: root. */
  readonly newOwner?: Owner | undefined;
  readonly signal?: AbortSignal | undefined;
}

const ROOT: Owner = { uid: 0, gid: 0 };
const TYPE_MASK = 0o170000;
const TYPES = new Map<number, FileType>([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'symlink'],
  [0o020000, 'char'],
  [0o060000, 'block'],
  [0o010000, 'fifo'],
  [0o140000, 'socket'],
]);

/**
 * Reads the metadata of all files of an upper directory.
 *
 * - a character device 0/0 or a socket is a whiteout, kept only if `base` has the path
 * - an empty directory is left out if mode, owner and attributes are those of `base`: overlayfs makes such copies of
 *   directories in which something was made and removed again, with new times
 * - a file is left out if it is in every respect that of `base`: overlayfs copies what a process opens for writing, as it
 *   does with locks. Copies of root file systems have no such files, and BuildKit leaves them out
 * - the root directory is an entry only if its mode, owner or attributes differ from `base`
 * - of extended attributes only capabilities are kept
 *
 * @param directory host path as text
 * @throws AppError LAYER_RESERVED_NAME for a file whose name means a whiteout in a layer
 */
export function indexTree(directory: string, options: IndexTreeOptions): Promise<LayerIndex> {
  const walk = new UpperWalk(toBytePath(directory), options);
  return new TimeSlice(options.signal).run(walk.index(options.base));
}

/** Everything the walk reads of one file. */
interface Found {
  readonly hostPath: string;
  readonly path: string;
  readonly type: FileType;
  readonly stat: BigIntStats;
  /** In the tree. */
  readonly owner: Owner;
  readonly xattrs: Xattrs | undefined;
}

class UpperWalk {
  readonly #root: string;
  readonly #form: TreeForm;
  readonly #newOwner: Owner;
  readonly #opaque: string;
  readonly #entries: LayerEntry[] = [];
  /** `device:inode` of files with several links → their entries. */
  readonly #inodes = new Map<string, number[]>();

  constructor(root: string, { form, newOwner = ROOT }: IndexTreeOptions) {
    this.#root = root;
    this.#form = form;
    this.#newOwner = newOwner;
    this.#opaque = opaqueXattr(form.xattrFlavour);
  }

  *index(base: FileTree): Generator<void, LayerIndex> {
    const root = this.#read(this.#root, '', base);
    const opaque = this.#isOpaque(root);
    const before = base.lookup('');
    if (opaque || before === undefined || !sameMetadata(root, before)) {
      this.#entries.push(layerFile(root, opaque));
    }
    yield* this.#children(root, opaque ? undefined : base);
    this.#numberLinkGroups();
    return { entries: this.#entries };
  }

  /** @param base undefined where no lower layer shows through */
  *#children(directory: Found, base: FileTree | undefined): Generator<void, void> {
    const names = readdirSync(fsPath(directory.hostPath), { encoding: 'latin1' });
    for (const name of names.sort(compareNames)) {
      const path = joinPath(directory.path, name);
      const found = this.#read(`${directory.hostPath}/${name}`, path, base);
      if (found.type === 'directory') yield* this.#directory(found, base);
      else yield* this.#plain(found, base);
      yield;
    }
  }

  *#directory(found: Found, base: FileTree | undefined): Generator<void, void> {
    if (isReservedName(lastName(found.path))) throw reservedName(found.path);
    const before = base?.lookup(found.path);
    const hides = before?.type === 'directory' && this.#isOpaque(found);
    const position = this.#entries.length;
    this.#entries.push(layerFile(found, hides));
    const below = before?.type === 'directory' && !hides ? base : undefined;
    yield* this.#children(found, below);
    const isEmpty = this.#entries.length === position + 1;
    if (isEmpty && below !== undefined && before !== undefined && sameMetadata(found, before)) {
      this.#entries.pop();
    }
  }

  *#plain(found: Found, base: FileTree | undefined): Generator<void, void> {
    // A layer has no sockets, but what a socket of a process replaced is gone, too.
    if (isWhiteout(found.stat)) {
      if (base?.lookup(found.path) !== undefined) {
        this.#entries.push({ kind: 'whiteout', path: found.path });
      }
      return;
    }
    if (isReservedName(lastName(found.path))) throw reservedName(found.path);
    if (yield* isUnchanged(found, base)) return;
    if (found.stat.nlink > 1n) {
      const inode = `${found.stat.dev}:${found.stat.ino}`;
      const links = this.#inodes.get(inode);
      if (links === undefined) this.#inodes.set(inode, [this.#entries.length]);
      else links.push(this.#entries.length);
    }
    this.#entries.push(layerFile(found, false));
  }

  /** @param base undefined where no lower layer shows through */
  #read(hostPath: string, path: string, base: FileTree | undefined): Found {
    const stat = lstatSync(fsPath(hostPath), { bigint: true });
    const type = TYPES.get(Number(stat.mode) & TYPE_MASK);
    if (type === undefined) throw new Error(`a file of unknown type: ${hostPath}`);
    const xattrs = listXattrs(hostPath);
    const owner =
      this.#form.idMap === 'single'
        ? this.#ownerOf({ type, xattrs }, base?.lookup(path))
        : ownerInTree(this.#form.idMap, { uid: Number(stat.uid), gid: Number(stat.gid) });
    return { hostPath, path, type, stat, owner, xattrs };
  }

  /** The disk does not tell it. What replaces another file of the same type cannot be told from that file. */
  #ownerOf(found: Pick<Found, 'type' | 'xattrs'>, before: FileEntry | undefined): Owner {
    const isNew = before?.type !== found.type || this.#isOpaque(found);
    return isNew ? this.#newOwner : before;
  }

  #isOpaque({ xattrs }: Pick<Found, 'xattrs'>): boolean {
    return xattrs?.[this.#opaque] === 'y';
  }

  /** The links of a file inside the layer are known only when the walk has met them all. */
  #numberLinkGroups(): void {
    let number = 0;
    for (const links of this.#inodes.values()) {
      if (links.length < 2) continue;
      number++;
      for (const position of links) {
        const entry = this.#entries[position];
        if (entry?.kind === 'entry') this.#entries[position] = { ...entry, linkGroup: number };
      }
    }
  }
}

/** A copy that the kernel made and nobody changed. */
function* isUnchanged(found: Found, base: FileTree | undefined): Generator<void, boolean> {
  if (base === undefined || found.type !== 'file' || found.stat.nlink > 1n) return false;
  const before = base.lookup(found.path);
  if (before === undefined || !sameMetadata(found, before)) return false;
  const { size, mtime, mtimeNs } = layerFile(found, false);
  if (before.size !== size || before.mtime !== mtime || before.mtimeNs !== mtimeNs) return false;
  return yield* sameContent(found.hostPath, base.content(before));
}

function layerFile(
  { hostPath, path, type, stat, owner, xattrs }: Found,
  opaque: boolean,
): LayerFile {
  const isDevice = type === 'char' || type === 'block';
  const seconds = stat.mtimeNs / 1_000_000_000n;
  const nanoseconds = Number(stat.mtimeNs % 1_000_000_000n);
  return {
    kind: 'entry',
    path,
    type,
    mode: Number(stat.mode) & 0o7777,
    uid: owner.uid,
    gid: owner.gid,
    size: type === 'file' ? Number(stat.size) : 0,
    mtime: Number(seconds) - (nanoseconds < 0 ? 1 : 0),
    mtimeNs: nanoseconds < 0 ? nanoseconds + 1_000_000_000 : nanoseconds,
    linkTarget:
      type === 'symlink' ? readlinkSync(fsPath(hostPath), { encoding: 'latin1' }) : undefined,
    linkGroup: undefined,
    devMajor: isDevice ? deviceMajor(stat.rdev) : undefined,
    devMinor: isDevice ? deviceMinor(stat.rdev) : undefined,
    xattrs: layerXattrs(xattrs),
    opaque: opaque ? true : undefined,
    digest: undefined,
    tarOffset: undefined,
  };
}

function sameMetadata(found: Found, before: FileEntry): boolean {
  return (
    before.type === found.type &&
    before.mode === (Number(found.stat.mode) & 0o7777) &&
    before.uid === found.owner.uid &&
    before.gid === found.owner.gid &&
    sameXattrs(layerXattrs(found.xattrs), layerXattrs(before.xattrs))
  );
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** As the C library's `major` and `minor`. */
function deviceMajor(rdev: bigint): number {
  return Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n));
}

function deviceMinor(rdev: bigint): number {
  return Number((rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n));
}
