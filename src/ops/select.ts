/** Which files the sources of a COPY or ADD mean, and what they will be in the image. */
import { setImmediate } from 'node:timers/promises';
import { AppError, faultIn, type InstructionPart, inPart, type Warning } from '../errors.ts';
import {
  applyMode,
  type BytePath,
  baseName,
  cleanPath,
  expandWildcards,
  type FileEntry,
  type FileTree,
  hasWildcard,
  joinPath,
  type ModeSpec,
  PathPatterns,
  type PatternState,
  parseMode,
  resolveInTree,
  toBytes,
  unescapePattern,
} from '../files/index.ts';
import type { CopyOp } from '../graph/index.ts';
import { sourceNotFound } from './missing-source.ts';
import {
  excludedSource,
  type Include,
  includeOf,
  linkOnTheWay,
  literalThroughLink,
  parentsSource,
  patternThroughLink,
} from './parents.ts';
import type { SelectedFile, SelectedRoot, Selection } from './selection.ts';
import { isArchive } from './unpack.ts';

export interface SelectOptions {
  /** Milliseconds since the epoch: the time of here-documents. */
  readonly now: number;
  /** The trees of `op.source.more`. */
  readonly more?: readonly FileTree[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the files a COPY or ADD takes. A wildcard that matches nothing selects nothing.
 * @param source the tree of `op.source`; undefined when all sources are here-documents
 * @throws AppError COPY_SOURCE_NOT_FOUND, MODE_INVALID, PATTERN_INVALID, SYMLINK_LOOP
 */
export async function selectFiles(
  op: CopyOp,
  source: FileTree | undefined,
  options: SelectOptions,
): Promise<Selection> {
  const selector = new Selector(op, options);
  for (const path of op.source.paths) {
    if (source === undefined) throw new Error('a COPY with paths needs a source tree');
    await selector.addSource(source, path);
  }
  for (const [index, further] of (op.source.more ?? []).entries()) {
    const tree = options.more?.[index];
    if (tree === undefined) throw new Error('a further source needs its tree');
    selector.unpacks = further.unpack;
    for (const path of further.paths) await selector.addSource(tree, path);
  }
  for (const document of op.source.inline ?? []) selector.addInline(document);
  return selector.selection();
}

interface Step {
  /** In the source tree. */
  readonly directory: BytePath;
  /** Relative to the root of the selection. */
  readonly path: BytePath;
  readonly included: PatternState;
  readonly excluded: PatternState;
}

interface Walk {
  readonly tree: FileTree;
  readonly include: Include | undefined;
  readonly files: SelectedFile[];
  readonly groups: Map<number, number>;
  /** Directories on the way that are not selected yet. */
  readonly passing: FileEntry[];
}

const TURN_MS = 10;

/** The owner of a build context's files, and of all files until it is known whom --chown means. */
const NOBODY_YET = { uid: 0, gid: 0 };

class Selector {
  /** Whether archives among the files that are added now are unpacked. */
  unpacks: boolean;
  readonly #op: CopyOp;
  readonly #options: SelectOptions;
  readonly #mode: ModeSpec | undefined;
  readonly #exclude: PathPatterns;
  readonly #roots: SelectedRoot[] = [];
  readonly #warnings: Warning[] = [];
  #nextGroup = 1;
  #sources = 0;
  #documents = 0;
  /** Which of them is added now. */
  #part: InstructionPart = 'instruction';
  #turnEnds = performance.now() + TURN_MS;

  constructor(op: CopyOp, options: SelectOptions) {
    this.#op = op;
    this.unpacks = op.unpack;
    this.#options = options;
    const { mode } = op;
    this.#mode = mode === undefined ? undefined : inPart('chmod', () => parseMode(mode));
    this.#exclude = excludePatterns(op.exclude);
  }

  selection(): Selection {
    return { roots: this.#roots, warnings: this.#warnings };
  }

  async addSource(tree: FileTree, source: string): Promise<void> {
    this.#part = `source:${this.#sources++}`;
    await this.#addPath(tree, source).catch(faultIn(this.#part));
  }

  async #addPath(tree: FileTree, source: string): Promise<void> {
    if (this.#op.parents) return this.#addWithParents(tree, source);
    const path = toBytes(source);
    if (!hasWildcard(path)) return this.#addRoot(tree, source, literalPath(tree, path));
    // --exclude is about what is below a match: a file that matches is copied, whatever its name.
    const matches = matchesOf(tree, source, path);
    for (const match of matches) await this.#addRoot(tree, source, match);
    if (matches.length === 0) this.#warnings.push(nothingMatched(source));
  }

  addInline(document: { readonly name: string; readonly content: string }): void {
    const bytes = Buffer.from(document.content, 'utf8');
    const milliseconds = this.#options.now;
    const plain: FileEntry = {
      path: '',
      type: 'file',
      mode: 0o644,
      uid: 0,
      gid: 0,
      size: bytes.length,
      mtime: Math.floor(milliseconds / 1000),
      mtimeNs: 0,
    };
    const entry = this.#effective(plain, '');
    const name = toBytes(document.name);
    const file: SelectedFile = { entry, content: { kind: 'inline', bytes } };
    this.#part = `heredoc:${this.#documents++}`;
    this.#addSelected({ kind: 'file', name, source: document.name, top: entry, files: [file] });
  }

  #addSelected(root: Omit<SelectedRoot, 'part'>): void {
    this.#roots.push({ ...root, part: this.#part });
  }

  async #addWithParents(tree: FileTree, source: string): Promise<void> {
    const { root, pattern, isLiteral } = parentsSource(source);
    const whole = joinPath(cleanPath(root), pattern);
    if (isLiteral && resolveInTree(tree, whole, { followLast: false }).entry === undefined) {
      throw sourceNotFound(tree, source, whole);
    }
    const include = pattern === '' ? undefined : includeOf(pattern);
    const roots = hasWildcard(root) ? matchesOf(tree, source, root) : [cleanPath(root)];
    const links = roots.flatMap((path) => linkOnTheWay(tree, path, pattern) ?? []);
    const [link] = links;
    if (isLiteral && link !== undefined) throw literalThroughLink(source, link);
    const before = this.#roots.length;
    for (const path of roots) await this.#addRoot(tree, source, path, include);
    const found = this.#roots.slice(before).some(({ files }) => files.length > 0);
    if (found || include === undefined) return;
    if (link !== undefined) this.#warnings.push(patternThroughLink(source, link));
    else this.#warnings.push(isLiteral ? excludedSource(source) : nothingMatched(source));
  }

  async #addRoot(
    tree: FileTree,
    source: string,
    path: BytePath,
    include?: Include | undefined,
  ): Promise<void> {
    const { entry: top } = resolveInTree(tree, path);
    if (top === undefined) throw sourceNotFound(tree, source, path);
    const walk: Walk = { tree, include, files: [], groups: new Map(), passing: [] };
    const isDirectory = top.type === 'directory';
    if (this.unpacks && top.type === 'file' && (await isArchive(tree.content(top)))) {
      this.#addArchive(tree, source, top);
      return;
    }
    if (isDirectory) {
      if (this.#op.keepsTop) this.#take(walk, top, '');
      const start = { directory: top.path, path: '', included: undefined, excluded: undefined };
      await this.#walk(walk, start);
      // Of a context, BuildKit is sent only what the pattern may match.
    } else if (include === undefined || !this.#op.resetOwner) this.#take(walk, top, '');
    this.#addSelected({
      kind: isDirectory ? 'directory' : 'file',
      name: baseName(path),
      source,
      top,
      files: withoutLoneLinks(walk.files),
    });
  }

  /** Neither --chmod nor --exclude is about what is in an archive. */
  #addArchive(tree: FileTree, source: string, top: FileEntry): void {
    const entry: FileEntry = { ...top, path: '', mode: 0, ...NOBODY_YET, linkGroup: undefined };
    const file: SelectedFile = { entry, content: { kind: 'tree', tree, origin: top } };
    this.#addSelected({ kind: 'archive', name: '', source, top, files: [file] });
  }

  async #walk(walk: Walk, step: Step): Promise<void> {
    await this.#giveTurn();
    const isWholeTree = step.directory === step.path;
    for (const child of candidates(walk, step)) {
      const path = isWholeTree ? child.path : joinPath(step.path, baseName(child.path));
      const included = walk.include?.patterns.step(path, step.included);
      const excluded = this.#exclude.step(path, step.excluded);
      const selected = (included?.matched ?? true) && !excluded.matched;
      if (selected) this.#take(walk, child, path);
      if (child.type !== 'directory') continue;
      if (excluded.matched && !this.#exclude.hasExceptions) continue;
      if (included?.matched === false && !walk.include?.patterns.mayMatchBelow(path)) continue;
      if (!selected) walk.passing.push({ ...child, path });
      await this.#walk(walk, {
        directory: child.path,
        path,
        included: included?.state,
        excluded: excluded.state,
      });
      if (!selected) dropPassing(walk, path);
    }
  }

  #take(walk: Walk, origin: FileEntry, path: BytePath): void {
    for (const directory of walk.passing.splice(0)) {
      const entry = this.#effective(directory, directory.path);
      walk.files.push({ entry, passingMode: directory.mode });
    }
    const complete = walk.tree.complete?.(origin) ?? origin;
    const entry = this.#effective(this.#regrouped(complete, walk.groups), path);
    const content = { kind: 'tree', tree: walk.tree, origin } as const;
    walk.files.push(origin.type === 'file' ? { entry, content } : { entry });
  }

  #effective(entry: FileEntry, path: BytePath): FileEntry {
    const keeps = this.#op.owner === undefined && !this.#op.resetOwner;
    const { uid, gid } = keeps ? entry : NOBODY_YET;
    return { ...entry, path, uid, gid, mode: this.#effectiveMode(entry) };
  }

  #effectiveMode(entry: FileEntry): number {
    if (this.#mode === undefined || entry.type === 'symlink') return entry.mode;
    return applyMode(this.#mode, entry.mode, entry.type === 'directory');
  }

  /**
   * Hard links are kept among the regular files of one source, as in BuildKit; the numbers are unique in the whole
   * selection.
   */
  #regrouped(entry: FileEntry, groups: Map<number, number>): FileEntry {
    if (entry.linkGroup === undefined) return entry;
    if (entry.type !== 'file') return { ...entry, linkGroup: undefined };
    const known = groups.get(entry.linkGroup);
    const linkGroup = known ?? this.#nextGroup++;
    groups.set(entry.linkGroup, linkGroup);
    return { ...entry, linkGroup };
  }

  async #giveTurn(): Promise<void> {
    if (performance.now() < this.#turnEnds) return;
    await setImmediate();
    this.#options.signal?.throwIfAborted();
    this.#turnEnds = performance.now() + TURN_MS;
  }
}

/** @throws AppError PATTERN_INVALID */
function excludePatterns(patterns: readonly string[]): PathPatterns {
  const written = [...patterns.entries()].filter(([, pattern]) => pattern.trim() !== '');
  try {
    return new PathPatterns(written.map(([, pattern]) => pattern));
  } catch (error) {
    const index = error instanceof AppError ? Number(error.details?.index) : 0;
    return faultIn(`exclude:${written[index]?.[0] ?? 0}`)(error);
  }
}

/**
 * What a pattern matches, which may be nothing.
 * @throws AppError COPY_SOURCE_NOT_FOUND when the directory that it begins with is not there
 */
function matchesOf(tree: FileTree, source: string, pattern: BytePath): readonly BytePath[] {
  const parts = cleanPath(pattern).split('/');
  const start = parts.slice(0, parts.findIndex(hasWildcard)).join('/');
  if (resolveInTree(tree, start).entry === undefined) throw sourceNotFound(tree, source, start);
  return expandWildcards(tree, pattern);
}

/** A path without wildcards, whose backslashes may still be escapes. */
function literalPath(tree: FileTree, path: BytePath): BytePath {
  const clean = cleanPath(path);
  if (!clean.includes('\\')) return clean;
  const exists = resolveInTree(tree, clean).entry !== undefined;
  return exists ? clean : cleanPath(unescapePattern(path));
}

/** The children of a directory that may matter. */
function candidates(walk: Walk, step: Step): readonly FileEntry[] {
  const depth = step.path === '' ? 0 : step.path.split('/').length;
  const name = walk.include?.literal[depth];
  if (name === undefined) return walk.tree.list(step.directory);
  const only = walk.tree.lookup(joinPath(step.directory, name));
  return only === undefined ? [] : [only];
}

/** A directory on the way in which nothing was selected is forgotten. */
function dropPassing(walk: Walk, path: BytePath): void {
  if (walk.passing.at(-1)?.path === path) walk.passing.pop();
}

/** A file whose other names were not selected is no hard link here. */
function withoutLoneLinks(files: readonly SelectedFile[]): readonly SelectedFile[] {
  const members = new Map<number, number>();
  for (const { entry } of files) {
    if (entry.linkGroup !== undefined) {
      members.set(entry.linkGroup, (members.get(entry.linkGroup) ?? 0) + 1);
    }
  }
  if (members.size === 0) return files;
  return files.map((file) => {
    const { linkGroup, ...entry } = file.entry;
    return linkGroup === undefined || members.get(linkGroup) !== 1 ? file : { ...file, entry };
  });
}

function nothingMatched(source: string): Warning {
  return {
    code: 'COPY_NOTHING_MATCHED',
    message: `no file matches '${source}', so nothing is copied for it`,
    hint: 'correct the pattern, or take it out',
  };
}
