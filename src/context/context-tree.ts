/**
 * A directory of this machine as a build context.
 *
 * Reads on demand: one `lstat` for a name, one `readdir` for a listing. Never reads metadata twice, so all steps of a
 * build see the same context. Ignored files do not exist in the tree. Sockets are empty files, as in BuildKit. Opens
 * each directory once and then uses its descriptor, so no symlink leads outside, not even one that replaces a directory
 * during the build.
 */
import { openSync, realpathSync } from 'node:fs';
import { devNull } from 'node:os';
import { AppError } from '../errors.ts';
import {
  type BytePath,
  baseName,
  type ContentDigest,
  type ContentRange,
  type FileEntry,
  type FileTree,
  type HiddenBy,
  joinPath,
  layerXattrs,
  type PatternState,
  parentPath,
  type TreeDigest,
  toBytes,
  toText,
} from '../files/index.ts';
import {
  CONTENT_FLAGS,
  DirectoryHandles,
  fsPath,
  hasErrorCode,
  listXattrs,
} from '../system/index.ts';
import { type IgnoreFile, IgnoreMatcher } from './dockerignore.ts';
import { LinkGroups, readHostDirectory, readHostFile, unreadable } from './host-files.ts';
import { KnownSelections } from './known-selections.ts';
import { type FactStore, type FileIdentity, isSettled, StatCache } from './stat-cache.ts';
import { TreeState } from './tree-state.ts';

export interface ContextOptions {
  /** Host path of the directory; may be a symlink to one. */
  readonly directory: string;
  readonly ignore?: IgnoreFile | undefined;
  /** Stores digests of files between builds. */
  readonly facts?: FactStore | undefined;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: (() => number) | undefined;
}

/**
 * Opens a directory as a build context. Reads only the directory itself.
 * @throws AppError CONTEXT_NOT_FOUND, PATTERN_INVALID
 */
export function openContext(options: ContextOptions): ContextTree {
  return new ContextTree(openDirectory(options.directory), options);
}

interface Node {
  readonly entry: FileEntry;
  readonly identity: FileIdentity;
  readonly ignored: boolean;
  readonly state: PatternState;
  /** Undefined until the directory is read. */
  listing: readonly FileEntry[] | undefined;
}

interface State {
  readonly digest: string;
  /** Whether later changes will show. */
  readonly isSettled: boolean;
}

/** A live directory as a `FileTree`. Keeps descriptors open until it is disposed of. */
export class ContextTree implements FileTree, Disposable {
  readonly isLive = true;
  readonly #root: DirectoryHandles;
  readonly #matcher: IgnoreMatcher | undefined;
  readonly #cache: StatCache;
  readonly #selections: KnownSelections;
  readonly #now: () => number;
  /** By their paths. */
  readonly #states = new Map<string, State | undefined>();
  readonly #groups = new LinkGroups();
  readonly #sockets = new Set<BytePath>();
  /** By path; undefined for missing and hidden files. */
  readonly #nodes = new Map<BytePath, Node | undefined>();

  /** Use `openContext`. */
  constructor(directory: DirectoryHandles, options: ContextOptions) {
    this.#root = directory;
    const rules = options.ignore;
    this.#matcher =
      rules === undefined || rules.patterns.length === 0 ? undefined : new IgnoreMatcher(rules);
    this.#now = options.now ?? Date.now;
    this.#cache = new StatCache(options.facts, directory.hostPath, this.#now);
    this.#selections = new KnownSelections(options.facts, directory.hostPath);
    const root = readHostFile(directory, '', this.#groups);
    if (root === undefined) throw notFound(options.directory);
    this.#nodes.set('', {
      ...root,
      ignored: false,
      state: undefined,
      listing: undefined,
    });
  }

  /** Real host path, latin1 bytes. */
  get hostPath(): string {
    return this.#root.hostPath;
  }

  lookup(path: BytePath): FileEntry | undefined {
    return this.#find(path)?.entry;
  }

  list(path: BytePath): readonly FileEntry[] {
    const node = this.#find(path);
    return node?.entry.type === 'directory' ? this.#list(node) : [];
  }

  content(entry: FileEntry): ContentRange {
    const { path, size } = entry;
    const open = () =>
      this.#sockets.size > 0 && this.#sockets.has(path)
        ? openSync(devNull, CONTENT_FLAGS)
        : openSync(fsPath(this.#root.entry(path)), CONTENT_FLAGS);
    return { hostPath: `${this.#root.hostPath}/${path}`, offset: 0, size, open };
  }

  knownDigest(entry: FileEntry): ContentDigest | undefined {
    const node = this.#find(entry.path);
    return node === undefined ? undefined : this.#cache.digest(node.identity);
  }

  rememberDigest(entry: FileEntry, digest: ContentDigest): void {
    const node = this.#find(entry.path);
    if (node !== undefined) this.#cache.rememberDigest(node.identity, digest);
  }

  /**
   * Adds the file's capabilities, the only xattrs that layers keep.
   * @throws AppError CONTEXT_UNREADABLE
   */
  complete(entry: FileEntry): FileEntry {
    const node = this.#find(entry.path);
    if (node === undefined || this.#cache.isPlain(node.identity)) return entry;
    const xattrs = this.#xattrs(entry.path);
    if (xattrs !== undefined) return { ...entry, xattrs };
    this.#cache.rememberPlain(node.identity);
    return entry;
  }

  hiddenBy(path: BytePath): HiddenBy | undefined {
    if (this.#matcher === undefined || this.#find(path) !== undefined) return undefined;
    return this.#liesThere(path) ? this.#matcher.hiddenBy(path) : undefined;
  }

  /**
   * The digest of a selection, if an earlier build remembered it and nothing at or below the paths has changed since.
   * @param selection everything that decides, together with the files, what is selected
   * @param paths where the selected files are; without symlinks
   */
  knownSelection(selection: string, paths: readonly BytePath[]): TreeDigest | undefined {
    const state = this.#stateOf(paths);
    return state && this.#selections.find(selection, state.digest);
  }

  /** Remembers the digest for later builds, unless a file has just changed: another change might go unnoticed. */
  rememberSelection(selection: string, paths: readonly BytePath[], digest: TreeDigest): void {
    const state = this.#stateOf(paths);
    if (state?.isSettled) this.#selections.remember(selection, state.digest, digest);
  }

  /** Saves new digests for later builds. */
  save(): void {
    this.#cache.save();
    this.#selections.save();
  }

  #stateOf(paths: readonly BytePath[]): State | undefined {
    const name = paths.join('\0');
    if (!this.#states.has(name)) this.#states.set(name, this.#readState(paths));
    return this.#states.get(name);
  }

  #readState(paths: readonly BytePath[]): State | undefined {
    const state = new TreeState();
    const open: Node[] = [];
    for (const path of paths) {
      const node = this.#find(path);
      if (node === undefined || node.entry.type === 'symlink') return undefined;
      open.push(node);
    }
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const { entry, identity } = node;
      state.add(entry.path, identity, entry.type === 'file');
      if (entry.type !== 'directory') continue;
      for (const { path } of this.#list(node)) {
        const child = this.#nodes.get(path);
        if (child !== undefined) open.push(child);
      }
    }
    return { digest: state.digest(), isSettled: isSettled(state.changedAt, this.#now()) };
  }

  #find(path: BytePath): Node | undefined {
    const known = this.#nodes.get(path);
    if (known !== undefined || this.#nodes.has(path)) return known;
    const parent = this.#find(parentPath(path));
    if (parent?.entry.type !== 'directory') return undefined;
    const name = baseName(path);
    if (name === '' || name === '.' || name === '..' || name.includes('\0')) return undefined;
    return this.#child(parent, path);
  }

  #list(directory: Node): readonly FileEntry[] {
    if (directory.listing !== undefined) return directory.listing;
    const { path } = directory.entry;
    const entries: FileEntry[] = [];
    for (const name of readHostDirectory(this.#root, path)) {
      const child = this.#child(directory, joinPath(path, name));
      if (child !== undefined) entries.push(child.entry);
    }
    directory.listing = entries;
    return entries;
  }

  #child(directory: Node, path: BytePath): Node | undefined {
    const known = this.#nodes.get(path);
    if (known !== undefined || this.#nodes.has(path)) return known;
    // A name that was absent when the directory was read stays absent in this build.
    const node = directory.listing === undefined ? this.#look(directory, path) : undefined;
    this.#nodes.set(path, node);
    return node;
  }

  #look(directory: Node, path: BytePath): Node | undefined {
    const decision = this.#matcher?.step(path, directory.state);
    const ignored = decision?.ignored ?? false;
    if (ignored && this.#matcher?.mayTakeBackBelow(path) !== true) return undefined;
    const file = readHostFile(this.#root, path, this.#groups);
    if (file === undefined) return undefined;
    const isSocket = file.entry.type === 'socket';
    if (isSocket) this.#sockets.add(path);
    const node: Node = {
      entry: isSocket ? { ...file.entry, type: 'file' } : file.entry,
      identity: file.identity,
      ignored,
      state: decision?.state,
      listing: undefined,
    };
    return !ignored || this.#showsSomething(node) ? node : undefined;
  }

  /** An ignored directory is visible if an exception includes something below it. */
  #showsSomething(node: Node): boolean {
    return node.entry.type === 'directory' && this.#list(node).length > 0;
  }

  #xattrs(path: BytePath): FileEntry['xattrs'] {
    try {
      return layerXattrs(
        listXattrs(path === '' ? this.#root.directory('') : this.#root.entry(path)),
      );
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT', 'EACCES', 'EPERM')) return undefined;
      throw unreadable(path, error);
    }
  }

  /** Whether the path exists on the host, ignored or not, with only real directories above it. */
  #liesThere(path: BytePath): boolean {
    const slash = path.lastIndexOf('/');
    if (slash >= 0 && !this.#isHostDirectory(path.slice(0, slash))) return false;
    return readHostFile(this.#root, path, new LinkGroups()) !== undefined;
  }

  #isHostDirectory(path: BytePath): boolean {
    if (!this.#liesThere(path)) return false;
    return readHostFile(this.#root, path, new LinkGroups())?.entry.type === 'directory';
  }

  [Symbol.dispose](): void {
    this.#root[Symbol.dispose]();
  }
}

function openDirectory(directory: string): DirectoryHandles {
  try {
    return DirectoryHandles.open(toBytes(directory), (path) =>
      realpathSync(fsPath(path), { encoding: 'latin1' }),
    );
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) throw notFound(directory);
    if (!hasErrorCode(error, 'ENOTDIR')) throw unreadable('', error);
  }
  throw new AppError(
    'CONTEXT_NOT_FOUND',
    `the build context '${toText(directory)}' is not a directory`,
    {
      hint: 'the last argument of build is a directory; use --file for the Dockerfile',
    },
  );
}

function notFound(directory: string): AppError {
  return new AppError('CONTEXT_NOT_FOUND', `the build context '${directory}' does not exist`, {
    hint: "the last argument of build is a directory, often '.'",
  });
}
