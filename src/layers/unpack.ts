/**
 * Makes the tree of a layer, in the form that overlayfs takes as a lower directory: whiteouts as character devices
 * 0/0, opaque directories marked by an attribute, owners as the tree's form requires.
 *
 * Symlinks of the layer are never followed: a tree is made in an empty directory of our own, each file under a
 * parent that was itself made as a directory by this walk.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  ftruncateSync,
  futimesSync,
  lchownSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { unstorable } from '../archive/index.ts';
import { TimeSlice } from '../concurrency/index.ts';
import { type FileEntry, impliedDirectory, joinPath, parentPath } from '../files/index.ts';
import {
  copySparse,
  hasErrorCode,
  makeNode,
  makeWhiteout,
  type Owner,
  opaqueXattr,
  ownerOnHost,
  setTimes,
  setXattr,
  type TreeForm,
} from '../system/index.ts';
import { FileOpener, fsPath, readFully } from './host-files.ts';
import type { LayerEntry, LayerFile, LayerIndex } from './layer-index.ts';
import { damaged } from './layer-store.ts';
import { contentOf } from './layer-view.ts';

export interface UnpackOptions {
  /** The layer's directory, which has the contents. */
  readonly source: string;
  /** Latin1 bytes; made by this call. */
  readonly target: string;
  readonly form: TreeForm;
  readonly signal?: AbortSignal | undefined;
}

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const SETGID = 0o2000;
const SMALL = 128 * 1024;
const PIECE = 4 << 20;

/** @throws SystemError and errors of `node:fs`, such as EPERM for those who may not make such a form */
export function unpack(index: LayerIndex, options: UnpackOptions): Promise<void> {
  const work = new Unpacking(options);
  return new TimeSlice(options.signal).run(work.run(index));
}

class Unpacking {
  readonly #source: string;
  readonly #target: string;
  readonly #form: TreeForm;
  /** The owner of the files that this process makes. */
  readonly #own: Owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
  readonly #opener = new FileOpener();
  readonly #buffer = Buffer.allocUnsafeSlow(SMALL);
  /**
   * Directories made, parents first. Their times are set last, when nothing is made in them any more, and so is setgid:
   * files made in a setgid directory would get its group.
   */
  readonly #directories = new Map<string, FileEntry>();
  /** Hard-link group → host path of its first member. */
  readonly #groups = new Map<number, string>();

  constructor({ source, target, form }: UnpackOptions) {
    this.#source = source;
    this.#target = target;
    this.#form = form;
  }

  *run({ entries }: LayerIndex): Generator<void, void> {
    try {
      const first = entries[0];
      const hasRoot = first?.kind === 'entry' && first.path === '';
      this.#directory(hasRoot ? first : impliedDirectory(''));
      for (const entry of entries) {
        if (entry.path !== '') yield* this.#entry(entry);
        yield;
      }
      for (const entry of [...this.#directories.values()].reverse()) {
        const host = this.#host(entry.path);
        if ((entry.mode & SETGID) !== 0) chmodSync(fsPath(host), entry.mode);
        setTimes(host, entry.mtime, entry.mtimeNs);
        yield;
      }
    } finally {
      this.#opener.close();
    }
  }

  *#entry(entry: LayerEntry): Generator<void, void> {
    this.#parents(entry.path);
    const host = this.#host(entry.path);
    if (entry.kind === 'whiteout') {
      makeWhiteout(host);
      return;
    }
    if (entry.type === 'directory') {
      this.#directory(entry);
      return;
    }
    const linked = entry.linkGroup === undefined ? undefined : this.#groups.get(entry.linkGroup);
    if (linked !== undefined && tryLink(linked, host)) return;
    yield* this.#make(entry, host);
    if (entry.linkGroup !== undefined) this.#groups.set(entry.linkGroup, host);
  }

  *#make(entry: LayerFile, host: string): Generator<void, void> {
    switch (entry.type) {
      case 'file':
        yield* this.#file(entry, host);
        return;
      case 'symlink':
        symlinkSync(Buffer.from(entry.linkTarget ?? '', 'latin1'), fsPath(host));
        break;
      case 'char':
      case 'block':
      case 'fifo':
      case 'socket':
        makeNode(host, {
          type: entry.type,
          mode: entry.mode,
          major: entry.devMajor,
          minor: entry.devMinor,
        });
        break;
      case 'directory':
        throw new Error('directories are made elsewhere');
    }
    this.#setOwner(host, entry);
    setXattrs(host, entry, this.#form);
    setTimes(host, entry.mtime, entry.mtimeNs);
  }

  *#file(entry: LayerFile, host: string): Generator<void, void> {
    const fd = openSync(fsPath(host), CREATE, 0o600);
    try {
      if (entry.size > 0) yield* this.#content(entry, fd);
      // The mode is set after the owner, whose change clears setuid; attributes after both, for the same reason.
      this.#setOwner(host, entry);
      fchmodSync(fd, entry.mode);
      setXattrs(host, entry, this.#form);
      // Node treats times before the epoch differently.
      if (entry.mtimeNs === 0 && entry.mtime > 0) futimesSync(fd, entry.mtime, entry.mtime);
      else setTimes(host, entry.mtime, entry.mtimeNs);
    } finally {
      closeSync(fd);
    }
  }

  *#content(entry: LayerFile, fd: number): Generator<void, void> {
    const content = contentOf(this.#source, entry);
    const { offset, size } = content;
    const from = this.#opener.open(content);
    if (size <= SMALL) {
      const count = readFully(from, { buffer: this.#buffer, start: 0, length: size }, offset);
      if (count < size) throw damaged(`'${shown(entry)}' is cut short`);
      for (let done = 0; done < size; ) done += writeSync(fd, this.#buffer, done, size - done);
      return;
    }
    if (!(yield* copySparse({ from, offset, size, to: fd, toOffset: 0 }, PIECE)))
      throw damaged(`'${shown(entry)}' is cut short`);
    ftruncateSync(fd, size);
  }

  #directory(entry: FileEntry & { readonly opaque?: boolean | undefined }): void {
    const host = this.#host(entry.path);
    mkdirSync(fsPath(host), 0o700);
    this.#directories.set(entry.path, entry);
    this.#setOwner(host, entry);
    chmodSync(fsPath(host), entry.mode & ~SETGID);
    setXattrs(host, entry, this.#form);
    if (entry.opaque === true) setXattr(host, opaqueXattr(this.#form.xattrFlavour), 'y');
  }

  #setOwner(host: string, owner: Owner): void {
    const { idMap } = this.#form;
    const wanted = ownerOnHost(idMap, owner);
    if (wanted === undefined) return;
    if (wanted.uid === this.#own.uid && wanted.gid === this.#own.gid) return;
    lchownSync(fsPath(host), wanted.uid, wanted.gid);
  }

  /** Makes parents that the layer has no entry for; a parent that is not a directory means a broken index. */
  #parents(path: string): void {
    const parent = parentPath(path);
    if (this.#directories.has(parent)) return;
    this.#parents(parent);
    this.#directory(impliedDirectory(parent));
  }

  #host(path: string): string {
    return joinPath(this.#target, path);
  }
}

/** @returns false when the file has as many links as the file system allows: then it becomes a copy */
function tryLink(existing: string, path: string): boolean {
  try {
    linkSync(fsPath(existing), fsPath(path));
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'EMLINK')) return false;
    throw error;
  }
}

/** Leaves out what the host's file system cannot hold, as other unpackers do. */
function setXattrs(host: string, { path, type, xattrs }: FileEntry, { idMap }: TreeForm): void {
  if (xattrs === undefined) return;
  const isSpecial = type !== 'file' && type !== 'directory';
  for (const [name, value] of Object.entries(xattrs)) {
    try {
      setXattr(host, name, value);
    } catch (error) {
      // ext4 has space for a few kilobytes.
      if (hasErrorCode(error, 'ENOSPC', 'E2BIG', 'ERANGE'))
        throw unstorable(path, 'the file system has no room for its extended attributes');
      // The kernel has no user attributes on symlinks and special files.
      const isRefused =
        hasErrorCode(error, 'EPERM') &&
        ((isSpecial && name.startsWith('user.')) ||
          // Only root gives files capabilities; the index has them.
          (idMap === 'single' && name.startsWith('security.')));
      if (!isRefused && !hasErrorCode(error, 'ENOTSUP', 'EOPNOTSUPP')) throw error;
    }
  }
}

function shown(entry: FileEntry): string {
  return Buffer.from(entry.path, 'latin1').toString('utf8');
}
