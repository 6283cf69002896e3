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
  isPlainAt,
  listXattrs,
} from '../system/index.ts';
import { ContextNodes } from './context-nodes.ts';
import { type IgnoreFile, IgnoreMatcher } from './dockerignore.ts';
import { EarlierLooks, type Look, lookName, looksTheSame, plainPaths } from './earlier-look.ts';
import { LinkGroups, readHostDirectory, readHostFile, unreadable } from './host-files.ts';
import type { FactStore } from './kept-facts.ts';
import { KnownSelections } from './known-selections.ts';
import { marksOf } from './look-marks.ts';
import { measureSources } from './measure.ts';
import { isSettled, StatCache } from './stat-cache.ts';
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

/** Number of the context's directory. */
const ROOT = 0;
/** Looking at fewer files again takes no longer than finding out that they have not changed. */
const LEAST_OF_A_LOOK = 256;

/** What `measure` read. */
interface Measured {
  readonly name: string;
  readonly paths: readonly BytePath[];
  readonly bytes: number;
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
  readonly #looks: EarlierLooks;
  #measured: Measured | undefined;
  /** States of an earlier build, which hold since all files look the same. */
  #assumed: Look['states'] = [];
  readonly #now: () => number;
  /** By their paths. */
  readonly #states = new Map<string, State | undefined>();
  readonly #groups = new LinkGroups();
  readonly #sockets = new Set<BytePath>();
  readonly #nodes = new ContextNodes();

  /** Use `openContext`. */
  constructor(directory: DirectoryHandles, options: ContextOptions) {
    this.#root = directory;
    const rules = options.ignore;
    this.#matcher =
      rules === undefined || rules.patterns.length === 0 ? undefined : new IgnoreMatcher(rules);
    this.#now = options.now ?? Date.now;
    this.#cache = new StatCache(this.#nodes.identities, {
      facts: options.facts,
      key: directory.hostPath,
      now: this.#now,
    });
    this.#selections = new KnownSelections(options.facts, directory.hostPath);
    this.#looks = new EarlierLooks(options.facts, directory.hostPath);
    const root = readHostFile(directory, '', this.#groups);
    if (root === undefined) throw notFound(options.directory);
    this.#nodes.add(root.entry, root.identity, undefined);
  }

  /** Real host path, latin1 bytes. */
  get hostPath(): string {
    return this.#root.hostPath;
  }

  lookup(path: BytePath): FileEntry | undefined {
    const number = this.#find(path);
    return number === undefined ? undefined : this.#nodes.entry(number);
  }

  list(path: BytePath): readonly FileEntry[] {
    const number = this.#find(path);
    if (number === undefined || this.#nodes.type(number) !== 'directory') return [];
    return Array.from(this.#list(number), (child) => this.#nodes.entry(child));
  }

  numberOf(entry: FileEntry): number | undefined {
    return this.#find(entry.path);
  }

  entryOf(number: number): FileEntry {
    return this.#nodes.entry(number);
  }

  content(entry: FileEntry): ContentRange {
    const { path, size } = entry;
    const open = () =>
      this.#sockets.size > 0 && this.#sockets.has(path)
        ? openSync(devNull, CONTENT_FLAGS)
        : this.#root.open(path, CONTENT_FLAGS);
    return { hostPath: `${this.#root.hostPath}/${path}`, offset: 0, size, open };
  }

  knownDigest(entry: FileEntry): ContentDigest | undefined {
    const number = this.#find(entry.path);
    return number === undefined ? undefined : this.#cache.digest(this.#nodes.inode(number));
  }

  rememberDigest(entry: FileEntry, digest: ContentDigest): void {
    const number = this.#find(entry.path);
    if (number !== undefined) this.#cache.rememberDigest(this.#nodes.inode(number), digest);
  }

  /**
   * Adds the file's capabilities, the only xattrs that layers keep.
   * @throws AppError CONTEXT_UNREADABLE
   */
  complete(entry: FileEntry): FileEntry {
    const number = this.#find(entry.path);
    if (number === undefined || this.#cache.isPlain(this.#nodes.inode(number))) return entry;
    const xattrs = this.#xattrs(entry.path);
    if (xattrs !== undefined) return { ...entry, xattrs };
    this.#cache.rememberPlain(this.#nodes.inode(number));
    return entry;
  }

  hiddenBy(path: BytePath): HiddenBy | undefined {
    if (this.#matcher === undefined || this.#find(path) !== undefined) return undefined;
    return this.#liesThere(path) ? this.#matcher.hiddenBy(path) : undefined;
  }

  /**
   * Bytes of the contents that the sources of COPY and ADD match, each once. If all files look as in an earlier build,
   * reads nothing else of them: the selections of that build are known.
   *
   * @throws as `measureSources`
   */
  measure(sources: readonly string[]): number {
    const paths = plainPaths(sources, this.#matcher);
    if (paths === undefined) return measureSources(this, sources).bytes;
    const name = lookName(paths, this.#matcher);
    const earlier = this.#looks.find(name);
    if (earlier !== undefined) {
      const [root, matcher, expected] = [this.hostPath, this.#matcher, earlier.marks];
      if (looksTheSame({ root, paths, matcher, expected })) {
        this.#assume(earlier);
        return earlier.bytes;
      }
    }
    const { bytes } = measureSources(this, sources);
    this.#measured = { name, paths, bytes };
    return bytes;
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
    this.#saveLook();
  }

  #assume({ states }: Look): void {
    this.#assumed = states;
    for (const [name, digest] of states) this.#states.set(name, { digest, isSettled: true });
  }

  /**
   * Before files are read after all, for a step that copies them: its key was made from the assumed states.
   * @throws AppError CONTEXT_CHANGED
   */
  #confirm(): void {
    const assumed = this.#assumed;
    this.#assumed = [];
    for (const [name, digest] of assumed) {
      if (this.#readState(name.split('\0'))?.digest !== digest) throw changedMeanwhile();
    }
  }

  /** For the next build, if later changes will show. */
  #saveLook(): void {
    if (this.#measured === undefined || this.#nodes.length < LEAST_OF_A_LOOK) return;
    const { name, paths, bytes } = this.#measured;
    const marks = marksOf({
      ...{ paths, nodes: this.#nodes, now: this.#now() },
      find: (path) => this.#find(path),
      list: (directory) => this.#list(directory),
    });
    if (marks === undefined) return;
    const states: [string, string][] = [];
    for (const [of, state] of this.#states) {
      const isCovered = of.split('\0').every((path) => isWithin(path, paths));
      if (isCovered && state?.isSettled === true) states.push([of, state.digest]);
    }
    if (states.length > 0) this.#looks.keep(name, { bytes, states }, marks);
  }

  #stateOf(paths: readonly BytePath[]): State | undefined {
    const name = paths.join('\0');
    if (!this.#states.has(name)) this.#states.set(name, this.#readState(paths));
    return this.#states.get(name);
  }

  #readState(paths: readonly BytePath[]): State | undefined {
    const state = new TreeState();
    const nodes = this.#nodes;
    const open: number[] = [];
    for (const path of paths) {
      const number = this.#find(path);
      if (number === undefined || nodes.type(number) === 'symlink') return undefined;
      open.push(number);
    }
    for (let number = open.pop(); number !== undefined; number = open.pop()) {
      const type = nodes.type(number);
      state.add(nodes.path(number), nodes.identities.at(number), type === 'file');
      if (type === 'directory') for (const child of this.#list(number)) open.push(child);
    }
    return { digest: state.digest(), isSettled: isSettled(state.changedAt, this.#now()) };
  }

  #find(path: BytePath): number | undefined {
    if (path === '') return ROOT;
    if (this.#assumed.length > 0) this.#confirm();
    const near = this.#nodes.near(path);
    if (near !== undefined) return near;
    const parent = this.#find(parentPath(path));
    if (parent === undefined || this.#nodes.type(parent) !== 'directory') return undefined;
    const name = baseName(path);
    if (name === '' || name === '.' || name === '..' || name.includes('\0')) return undefined;
    const known = this.#nodes.find(path, parent);
    if (known !== 'unknown') return known;
    const number = this.#look(parent, path);
    this.#nodes.note(path, number);
    return number;
  }

  /** Files that are missing when a directory is read stay missing in this build. */
  #list(directory: number): Uint32Array {
    if (this.#assumed.length > 0) this.#confirm();
    const known = this.#nodes.listing(directory);
    if (known !== undefined) return known;
    const above = this.#nodes.path(directory);
    const children: number[] = [];
    for (const name of readHostDirectory(this.#root, above)) {
      const path = joinPath(above, name);
      const found = this.#nodes.find(path, directory);
      const child = found === 'unknown' ? this.#look(directory, path) : found;
      if (child !== undefined) children.push(child);
    }
    return this.#nodes.list(directory, children);
  }

  #look(directory: number, path: BytePath): number | undefined {
    const decision = this.#matcher?.step(path, this.#nodes.state(directory));
    const ignored = decision?.ignored ?? false;
    if (ignored && this.#matcher?.mayTakeBackBelow(path) !== true) return undefined;
    const file = readHostFile(this.#root, path, this.#groups);
    if (file === undefined || (ignored && file.entry.type !== 'directory')) return undefined;
    const isSocket = file.entry.type === 'socket';
    if (isSocket) this.#sockets.add(path);
    const entry: FileEntry = isSocket ? { ...file.entry, type: 'file' } : file.entry;
    const number = this.#nodes.add(entry, file.identity, decision?.state);
    // An ignored directory is visible if an exception includes something below it.
    if (!ignored || this.#list(number).length > 0) return number;
    this.#nodes.hide(number);
    return undefined;
  }

  #xattrs(path: BytePath): FileEntry['xattrs'] {
    try {
      const file = path === '' ? undefined : this.#root.locate(path);
      if (file !== undefined && isPlainAt(file)) return undefined;
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

/** Whether it is one of the paths, or below one. */
function isWithin(path: BytePath, tops: readonly BytePath[]): boolean {
  return tops.some((top) => top === '' || path === top || path.startsWith(`${top}/`));
}

function changedMeanwhile(): AppError {
  return new AppError('CONTEXT_CHANGED', 'the build context changed during the build', {
    hint: 'build again when nothing writes to the files',
  });
}

function notFound(directory: string): AppError {
  return new AppError('CONTEXT_NOT_FOUND', `the build context '${directory}' does not exist`, {
    hint: "the last argument of build is a directory, often '.'",
  });
}
