/**
 * A build context that is a directory of this machine, as a tree of files.
 *
 * It is read as far as somebody asks: one `lstat` for a name, one `readdir` for a listing. What was seen once is not
 * looked at again, so all steps of a build see the same context. Ignored files are not there, nor are sockets.
 * Names are looked up one by one below directories that are known to be real, so no symlink leads outside.
 */
import { realpathSync, statSync } from 'node:fs';
import { AppError } from '../errors.ts';
import {
  type BytePath,
  baseName,
  type ContentDigest,
  type ContentRange,
  type FileEntry,
  type FileTree,
  type HiddenBy,
  isPortableXattr,
  joinPath,
  type PatternState,
  parentPath,
  toText,
} from '../files/index.ts';
import { hasErrorCode, listXattrs } from '../system/index.ts';
import { type IgnoreFile, IgnoreMatcher } from './dockerignore.ts';
import { LinkGroups, readHostDirectory, readHostFile, unreadable } from './host-files.ts';
import { type FactStore, type FileIdentity, StatCache } from './stat-cache.ts';

export interface ContextOptions {
  /** Host path of the directory; may be a symlink to one. */
  readonly directory: string;
  readonly ignore?: IgnoreFile | undefined;
  /** Where digests of files are remembered between builds. */
  readonly facts?: FactStore | undefined;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: (() => number) | undefined;
}

/**
 * Opens a directory as a build context. Nothing but the directory itself is looked at.
 * @throws AppError CONTEXT_NOT_FOUND, PATTERN_INVALID
 */
export function openContext(options: ContextOptions): ContextTree {
  return new ContextTree(realDirectory(options.directory), options);
}

interface Node {
  readonly entry: FileEntry;
  readonly identity: FileIdentity;
  readonly ignored: boolean;
  readonly state: PatternState;
  /** Undefined until the directory was read. */
  listing: readonly FileEntry[] | undefined;
}

/** A live directory as a `FileTree`. */
export class ContextTree implements FileTree {
  /** Real host path, latin1 bytes. */
  readonly hostPath: string;
  readonly #matcher: IgnoreMatcher | undefined;
  readonly #cache: StatCache;
  readonly #groups = new LinkGroups();
  /** By path; undefined for what is not there or not to be seen. */
  readonly #nodes = new Map<BytePath, Node | undefined>();

  /** Use `openContext`. */
  constructor(hostPath: string, options: ContextOptions) {
    this.hostPath = hostPath;
    const rules = options.ignore;
    this.#matcher =
      rules === undefined || rules.patterns.length === 0 ? undefined : new IgnoreMatcher(rules);
    this.#cache = new StatCache(options.facts, hostPath, options.now ?? Date.now);
    const root = readHostFile(hostPath, '', this.#groups);
    if (root === undefined) throw notFound(options.directory);
    this.#nodes.set('', { ...root, ignored: false, state: undefined, listing: undefined });
  }

  lookup(path: BytePath): FileEntry | undefined {
    return this.#find(path)?.entry;
  }

  list(path: BytePath): readonly FileEntry[] {
    const node = this.#find(path);
    return node?.entry.type === 'directory' ? this.#list(node) : [];
  }

  content(entry: FileEntry): ContentRange {
    return { hostPath: this.#host(entry.path), offset: 0, size: entry.size };
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
   * The entry with its xattrs, those that mean something outside this machine.
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

  /** Keeps the digests learnt for later builds. */
  save(): void {
    this.#cache.save();
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
    for (const name of readHostDirectory(this.#host(path), path)) {
      const child = this.#child(directory, joinPath(path, name));
      if (child !== undefined) entries.push(child.entry);
    }
    directory.listing = entries;
    return entries;
  }

  #child(directory: Node, path: BytePath): Node | undefined {
    const known = this.#nodes.get(path);
    if (known !== undefined || this.#nodes.has(path)) return known;
    // A name that was not there when the directory was read stays absent for this build.
    const node = directory.listing === undefined ? this.#look(directory, path) : undefined;
    this.#nodes.set(path, node);
    return node;
  }

  #look(directory: Node, path: BytePath): Node | undefined {
    const decision = this.#matcher?.step(path, directory.state);
    const ignored = decision?.ignored ?? false;
    if (ignored && this.#matcher?.mayTakeBackBelow(path) !== true) return undefined;
    const file = readHostFile(this.#host(path), path, this.#groups);
    if (file === undefined || file.entry.type === 'socket') return undefined;
    const { entry, identity } = file;
    const node: Node = { entry, identity, ignored, state: decision?.state, listing: undefined };
    return !ignored || this.#showsSomething(node) ? node : undefined;
  }

  /** An ignored directory is to be seen when something below it was taken back. */
  #showsSomething(node: Node): boolean {
    return node.entry.type === 'directory' && this.#list(node).length > 0;
  }

  #xattrs(path: BytePath): Record<string, string> | undefined {
    const all = this.#allXattrs(path);
    const kept = Object.entries(all ?? {}).filter(([name]) => belongsToFile(name));
    return kept.length === 0 ? undefined : Object.fromEntries(kept);
  }

  #allXattrs(path: BytePath): Record<string, string> | undefined {
    try {
      return listXattrs(this.#host(path));
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT', 'EACCES', 'EPERM')) return undefined;
      throw unreadable(path, error);
    }
  }

  /** Whether the path exists on the host, ignored or not, with only real directories above it. */
  #liesThere(path: BytePath): boolean {
    const slash = path.lastIndexOf('/');
    if (slash >= 0 && !this.#isHostDirectory(path.slice(0, slash))) return false;
    return readHostFile(this.#host(path), path, new LinkGroups()) !== undefined;
  }

  #isHostDirectory(path: BytePath): boolean {
    if (!this.#liesThere(path)) return false;
    return readHostFile(this.#host(path), path, new LinkGroups())?.entry.type === 'directory';
  }

  #host(path: BytePath): string {
    return path === '' ? this.hostPath : `${this.hostPath}/${path}`;
  }
}

/** Attributes of overlayfs and of the host's own book-keeping say nothing about the file. */
function belongsToFile(name: string): boolean {
  if (/^(?:trusted|user)\.overlay\./.test(name) || name.startsWith('com.apple.')) return false;
  return isPortableXattr(name);
}

function realDirectory(directory: string): string {
  try {
    if (statSync(directory).isDirectory()) return realpathSync(directory, { encoding: 'latin1' });
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT', 'ENOTDIR')) throw unreadable('', error);
    throw notFound(directory);
  }
  throw new AppError(
    'CONTEXT_NOT_FOUND',
    `the build context '${toText(directory)}' is no directory`,
    {
      hint: 'the last argument of build names a directory; use --file to name a Dockerfile',
    },
  );
}

function notFound(directory: string): AppError {
  return new AppError('CONTEXT_NOT_FOUND', `the build context '${directory}' does not exist`, {
    hint: "the last argument of build names a directory, often '.'",
  });
}
