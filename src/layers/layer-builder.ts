/**
 * Applies the members of a layer's tar one by one to a tree in memory, by the rules of an image unpacker: later members
 * win, whiteouts affect lower layers only, nothing leaves the root.
 */
import { checkEntryPath, type TarHeader } from '../archive/index.ts';
import { AppError } from '../errors.ts';
import {
  type BytePath,
  baseName,
  type ContentDigest,
  type ContentRange,
  type FileEntry,
  type FileTree,
  impliedDirectory,
  joinPath,
  parentPath,
} from '../files/index.ts';
import { layerFile } from './layer-file.ts';
import type { LayerEntry, LayerFile } from './layer-index.ts';
import { cleanMemberPath, invalidMember } from './member-path.ts';
import { MARK_PREFIX, OPAQUE_NAME, WHITEOUT_PREFIX } from './whiteout-names.ts';
import { withoutOverlayXattrs } from './xattrs.ts';

/** A file as the layer has it; hard links share one. */
export interface Inode {
  /** Its `path` is not used. */
  readonly entry: FileEntry;
  /** As in the archive, for messages. */
  readonly name: string;
  /** Where its content is in `layer.tar`; set by the reader of the archive. */
  tarOffset: number | undefined;
  /** Of its content; set by a reader that digests it. */
  digest: ContentDigest | undefined;
  /** Names of it in the layer, and its group if it has several; set when the layer is finished. */
  links: number;
  linkGroup: number | undefined;
  /** For a link to a file of a lower layer: the content, which this layer needs a copy of. */
  readonly source?: ContentRange | undefined;
}

/** The layers below. Without `content`, links to its files are known, but their contents are not copied. */
export type LowerTree = Pick<FileTree, 'lookup'> & Partial<Pick<FileTree, 'content'>>;

interface Node {
  /** Undefined for a directory that only its children imply, and for a whiteout. */
  inode: Inode | undefined;
  /** Set for directories. */
  children: Map<string, Node> | undefined;
  whiteout: boolean;
  opaque: boolean;
}

type Directory = Node & { children: Map<string, Node> };

export interface FinishedBuild {
  /** Bytes of file content; hard links count once. */
  readonly size: number;
  /** Regular files. */
  readonly files: number;
  /** Whether the entries depend on what is below the layer. */
  readonly usesBase: boolean;
}

const MAX_SYMLINKS = 40;

export class LayerBuilder {
  readonly #base: LowerTree | undefined;
  readonly #root = directoryNode();
  /** Copies of files of lower layers that members link to. */
  readonly #fromBase = new Map<BytePath, Inode>();
  #usesBase = false;
  /** The directory of the latest member: most members are where the one before them is. */
  #lastParent: { readonly path: BytePath; readonly node: Directory } | undefined;

  /** @param base the layers below: they have the parents and link targets that the layer itself lacks */
  constructor(base: LowerTree | undefined) {
    this.#base = base;
  }

  /** Files whose content has to be copied from lower layers. */
  get copies(): Iterable<Inode> {
    return this.#fromBase.values();
  }

  /**
   * @returns the inode that the member made, if it is a regular file; the caller stores its content
   * @throws AppError LAYER_INVALID_MEMBER, LAYER_HARDLINK_TARGET_MISSING
   */
  add(header: TarHeader): Inode | undefined {
    const path = cleanMemberPath(header.path);
    const name = baseName(path);
    if (name.startsWith(WHITEOUT_PREFIX)) {
      this.#whiteout(path, header.path);
      return undefined;
    }
    if (path === '') {
      if (header.type !== 'directory')
        throw invalidMember(header.path, 'the root is not a directory');
      this.#root.inode = makeInode(header);
      return undefined;
    }
    const siblings = this.#parent(path, header.path).children;
    const inode = this.#inode(header, siblings.get(name));
    if (inode === 'none') return undefined;
    const old = siblings.get(name);
    const isDirectory = inode?.entry.type === 'directory';
    siblings.set(name, {
      inode,
      children: isDirectory ? (old?.children ?? new Map()) : undefined,
      whiteout: inode === undefined || old?.whiteout === true,
      opaque: isDirectory && old?.opaque === true,
    });
    return header.type === 'file' ? inode : undefined;
  }

  /**
   * The layer as it is after its last member. The builder is empty afterwards: it releases what it hands out, so that a
   * million entries are not in memory twice.
   *
   * @param sink takes the entries, in the order of an index
   */
  finish(sink: (entry: LayerEntry) => void): FinishedBuild {
    countLinks(this.#root);
    const emission = new Emission(sink);
    this.#emit(this.#root, { path: '', base: this.#base, emission });
    const { size, files } = emission;
    return { size, files, usesBase: this.#usesBase };
  }

  /** Undefined: the member removes the file; `none`: it changes nothing. */
  #inode(header: TarHeader, old: Node | undefined): Inode | undefined | 'none' {
    if (header.type === 'hardlink') {
      const target = this.#linkTarget(header);
      return target === old?.inode ? 'none' : target;
    }
    // To overlayfs such a device is a whiteout.
    const isGone = header.type === 'char' && !header.devMajor && !header.devMinor;
    return isGone ? undefined : makeInode(header);
  }

  #linkTarget(header: TarHeader): Inode {
    const path = cleanMemberPath(header.linkTarget ?? '');
    if (path === '') throw invalidMember(header.path, 'it is a hard link to the root');
    const node = this.#parent(path, header.path).children.get(baseName(path));
    if (node?.children !== undefined || node?.inode?.entry.type === 'directory') {
      throw invalidMember(header.path, 'it is a hard link to a directory');
    }
    const inode = node === undefined ? this.#baseInode(path) : node.inode;
    if (inode !== undefined) return inode;
    const [link, target] = [header.path, path].map((name) => showPath(name));
    throw new AppError(
      'LAYER_HARDLINK_TARGET_MISSING',
      `the layer has a hard link '${link}' to '${target}', which does not exist`,
      { hint: 'the image or archive is damaged; download or create it again' },
    );
  }

  #baseInode(path: BytePath): Inode | undefined {
    const known = this.#fromBase.get(path);
    if (known !== undefined) return known;
    const entry = this.#base?.lookup(path);
    if (entry === undefined || entry.type === 'directory') return undefined;
    const source = entry.type === 'file' ? this.#base?.content?.(entry) : undefined;
    const inode: Inode = { ...inodeOf(entry, path), source };
    this.#fromBase.set(path, inode);
    this.#usesBase = true;
    return inode;
  }

  #whiteout(path: BytePath, raw: string): void {
    const mark = baseName(path);
    if (mark === OPAQUE_NAME) {
      this.#parent(path, raw).opaque = true;
      return;
    }
    if (mark.startsWith(MARK_PREFIX)) return;
    const name = mark.slice(WHITEOUT_PREFIX.length);
    if (name === '' || name === '.' || name === '..') {
      throw invalidMember(raw, 'it is a whiteout of no file');
    }
    const siblings = this.#parent(path, raw).children;
    const node = siblings.get(name) ?? emptyNode();
    node.whiteout = true;
    siblings.set(name, node);
  }

  /**
   * The directory that holds a path, made if needed. Symlinks on the way are followed inside the layer's own root,
   * as an unpacker confined to it would.
   */
  #parent(path: BytePath, raw: string): Directory {
    const parent = parentPath(path);
    if (this.#lastParent?.path === parent) return this.#lastParent.node;
    let stack: { readonly node: Directory; readonly path: BytePath }[] = [];
    const rest = parent.split('/').reverse();
    let symlinks = 0;
    for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
      const top = stack.at(-1) ?? { node: this.#root, path: '' };
      if (part === '' || part === '.') continue;
      if (part === '..') {
        stack.pop();
        continue;
      }
      if (part.startsWith(WHITEOUT_PREFIX)) throw invalidMember(raw, 'it is below a whiteout');
      const step = this.#step(top, part);
      if (step === undefined) throw invalidMember(raw, 'it is below a file');
      if (typeof step === 'string') {
        if (++symlinks > MAX_SYMLINKS) throw invalidMember(raw, 'it is below too many symlinks');
        if (step.startsWith('/')) stack = [];
        rest.push(...step.split('/').reverse());
        continue;
      }
      const next = joinPath(top.path, part);
      checkEntryPath(next, raw);
      stack.push({ node: step, path: next });
    }
    const node = stack.at(-1)?.node ?? this.#root;
    // What is put into a directory never changes the way to it, unless symlinks lead there.
    this.#lastParent = symlinks === 0 ? { path: parent, node } : undefined;
    return node;
  }

  /** The directory of this name, the target of the symlink of this name, or undefined for another file. */
  #step(
    { node, path }: { readonly node: Directory; readonly path: BytePath },
    name: string,
  ): Directory | string | undefined {
    const child = node.children.get(name) ?? emptyNode();
    if (isDirectory(child)) return child;
    if (child.inode !== undefined) return child.inode.entry.linkTarget;
    const below = child.whiteout ? undefined : this.#base?.lookup(joinPath(path, name));
    if (below?.type === 'symlink') {
      this.#usesBase = true;
      return below.linkTarget;
    }
    const made = Object.assign(child, { children: new Map<string, Node>() });
    node.children.set(name, made);
    return made;
  }

  /** Hands out a node and all below it, and releases it. */
  #emit(node: Node, { path, base, emission }: Position): void {
    if (!isDirectory(node)) {
      const { inode } = node;
      if (inode !== undefined) emission.file(path, inode);
      else if (node.whiteout) emission.put({ kind: 'whiteout', path });
      return;
    }
    const opaque = node.opaque || node.whiteout;
    const inode = node.inode ?? this.#impliedInode(path, base, opaque);
    const recreated = node.whiteout && !node.opaque;
    const entry = inode && fileOf(path, inode, { opaque, recreated });
    const isImplied = node.inode === undefined && !opaque;
    if (entry !== undefined) {
      if (isImplied) emission.hold(entry);
      else emission.put(entry);
    }
    const names = [...node.children.keys()].sort();
    const children = names.map((name) => node.children.get(name));
    node.children.clear();
    for (const [at, name] of names.entries()) {
      const child = children[at];
      children[at] = undefined;
      if (child === undefined) continue;
      const below = opaque ? undefined : base;
      this.#emit(child, { path: joinPath(path, name), base: below, emission });
    }
    if (entry !== undefined && isImplied) emission.drop(entry);
  }

  /**
   * A directory without a member of its own, but with files in it, keeps the metadata it has in lower layers. The tree
   * made of the layer needs it, since it hides the one of the lower layers.
   */
  #impliedInode(path: BytePath, base: LowerTree | undefined, opaque: boolean): Inode | undefined {
    const below = path === '' && !opaque ? undefined : base?.lookup(path);
    if (below?.type === 'directory') {
      this.#usesBase = true;
      return inodeOf(below, path);
    }
    return opaque ? inodeOf(impliedDirectory(path), path) : undefined;
  }
}

interface Position {
  readonly path: BytePath;
  /** Undefined where no lower layer shows through. */
  readonly base: LowerTree | undefined;
  readonly emission: Emission;
}

/** Hands out the entries. */
class Emission {
  /** Bytes of file content; hard links count once. */
  size = 0;
  /** Regular files. */
  files = 0;
  readonly #sink: (entry: LayerEntry) => void;
  /** Directories that are handed out only if something in them is. */
  readonly #held: LayerEntry[] = [];
  #groups = 0;

  constructor(sink: (entry: LayerEntry) => void) {
    this.#sink = sink;
  }

  put(entry: LayerEntry): void {
    for (const held of this.#held.splice(0)) this.#sink(held);
    this.#sink(entry);
  }

  hold(entry: LayerEntry): void {
    this.#held.push(entry);
  }

  /** Drops a held directory in which there was nothing. */
  drop(entry: LayerEntry): void {
    if (this.#held.at(-1) === entry) this.#held.pop();
  }

  file(path: BytePath, inode: Inode): void {
    const entry = fileOf(path, inode, { opaque: false });
    const isFirst = inode.linkGroup === undefined;
    if (entry.type === 'file') {
      this.files++;
      if (isFirst) this.size += entry.size;
    }
    if (inode.links === 1) {
      this.put(entry);
      return;
    }
    inode.linkGroup ??= ++this.#groups;
    this.put({ ...entry, linkGroup: inode.linkGroup });
  }
}

/** How many names each inode has in the end. */
function countLinks(node: Node): void {
  if (isDirectory(node)) for (const child of node.children.values()) countLinks(child);
  else if (node.inode !== undefined) node.inode.links++;
}

function emptyNode(): Node {
  return { inode: undefined, children: undefined, whiteout: false, opaque: false };
}

function directoryNode(): Directory {
  return { inode: undefined, children: new Map(), whiteout: false, opaque: false };
}

function isDirectory(node: Node): node is Directory {
  return node.children !== undefined;
}

function makeInode(header: TarHeader): Inode {
  if (!isEntry(header)) throw new Error('a hard link has no inode of its own');
  if (header.type === 'symlink' && (header.linkTarget ?? '') === '') {
    throw invalidMember(header.path, 'it is a symlink to nothing');
  }
  const xattrs = withoutOverlayXattrs(header.xattrs);
  return inodeOf(xattrs === header.xattrs ? header : { ...header, xattrs }, header.path);
}

function isEntry(header: TarHeader): header is TarHeader & FileEntry {
  return header.type !== 'hardlink';
}

function inodeOf(entry: FileEntry, name: string): Inode {
  return {
    entry,
    name,
    tarOffset: undefined,
    digest: undefined,
    links: 0,
    linkGroup: undefined,
    source: undefined,
  };
}

function fileOf(
  path: BytePath,
  { entry, digest, tarOffset }: Inode,
  directory: { readonly opaque: boolean; readonly recreated?: boolean },
): LayerFile {
  return layerFile(entry, { path, ...directory, size: entry.size, digest, tarOffset });
}

function showPath(path: string): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}
