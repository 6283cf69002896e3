/** Resolves a selection to files of a tree, with their metadata in the image. */
import { TimeSlice } from '../../concurrency/index.ts';
import { AppError, faultIn, type InstructionPart, inPart, type Warning } from '../../errors.ts';
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
} from '../../files/index.ts';
import type { FileSelection, InlineSource } from '../../graph/index.ts';
import { isArchive } from '../unpack.ts';
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
import type { SelectedFile, SelectedFiles, SelectedRoot } from './selected-files.ts';
import { TreeSelection } from './tree-selection.ts';

export interface SelectOptions {
  /** How many sources of the instruction come before those of this selection. */
  readonly before?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the files of a selection. A wildcard without matches selects nothing. Reads no contents, except to detect
 * archives to unpack.
 * @throws AppError COPY_SOURCE_NOT_FOUND, MODE_INVALID, PATTERN_INVALID, SYMLINK_LOOP
 */
export async function selectFiles(
  tree: FileTree,
  selection: FileSelection,
  options: SelectOptions = {},
): Promise<SelectedFiles> {
  const selector = new Selector(tree, selection, options);
  for (const path of selection.paths) await selector.add(path);
  return selector.selected();
}

export interface InlineOptions {
  /** As written. */
  readonly mode: string | undefined;
  /** Milliseconds since the epoch: the time of the file. */
  readonly now: number;
  /** How many here-documents come before it. */
  readonly before?: number | undefined;
}

/**
 * A here-document as a file of mode 0644 owned by root.
 * @throws AppError MODE_INVALID
 */
export function selectInline(
  { name, content }: InlineSource,
  { mode, now, before = 0 }: InlineOptions,
): SelectedFiles {
  const bytes = Buffer.from(content, 'utf8');
  const plain: FileEntry = {
    ...{ path: '', type: 'file', mode: 0o644, ...ROOTS, size: bytes.length },
    ...{ mtime: Math.floor(now / 1000), mtimeNs: 0 },
  };
  const entry = { ...plain, mode: modeAfter(modeOf(mode), plain) };
  const file: SelectedFile = { entry, content: { kind: 'inline', bytes } };
  const root: SelectedRoot = {
    ...{ kind: 'file', name: toBytes(name), source: name, part: `heredoc:${before}` },
    ...{ top: entry, files: [file] },
  };
  return { roots: [root], warnings: [] };
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
  readonly include: Include | undefined;
  readonly files: TreeSelection;
  readonly groups: Map<number, number>;
  /** Implied directories that are not selected yet, with their paths in the selection. */
  readonly passing: { readonly source: FileEntry; readonly path: BytePath }[];
}

/** The owner of a build context's files, and of all files until --chown is resolved. */
const ROOTS = { uid: 0, gid: 0 };

class Selector {
  readonly #tree: FileTree;
  readonly #selection: FileSelection;
  readonly #mode: ModeSpec | undefined;
  readonly #exclude: PathPatterns;
  readonly #roots: SelectedRoot[] = [];
  readonly #warnings: Warning[] = [];
  #nextGroup = 1;
  /** How many sources of the instruction there are so far. */
  #sources: number;
  /** The root that is being added. */
  #part: InstructionPart = 'instruction';
  readonly #slice: TimeSlice;

  constructor(tree: FileTree, selection: FileSelection, { before = 0, signal }: SelectOptions) {
    this.#tree = tree;
    this.#selection = selection;
    this.#slice = new TimeSlice(signal);
    this.#sources = before;
    this.#mode = modeOf(selection.mode);
    this.#exclude = excludePatterns(selection.exclude);
  }

  selected(): SelectedFiles {
    return { roots: this.#roots, warnings: this.#warnings };
  }

  async add(source: string): Promise<void> {
    this.#part = `source:${this.#sources++}`;
    await this.#addPath(source).catch(faultIn(this.#part));
  }

  async #addPath(source: string): Promise<void> {
    if (this.#selection.parents) return this.#addWithParents(source);
    const tree = this.#tree;
    const path = toBytes(source);
    if (!hasWildcard(path)) return this.#addRoot(source, literalIn(tree, path));
    // --exclude applies below a match: a file that matches is copied, whatever its name.
    const matches = matchesOf(tree, source, path);
    for (const match of matches) await this.#addRoot(source, match);
    if (matches.length === 0) this.#warnings.push(nothingMatched(source));
  }

  #addSelected(root: Omit<SelectedRoot, 'part'>): void {
    this.#roots.push({ ...root, part: this.#part });
  }

  async #addWithParents(source: string): Promise<void> {
    const tree = this.#tree;
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
    for (const path of roots) await this.#addRoot(source, path, include);
    const found = this.#roots.slice(before).some(({ files }) => files.length > 0);
    if (found || include === undefined) return;
    if (link !== undefined) this.#warnings.push(patternThroughLink(source, link));
    else this.#warnings.push(isLiteral ? excludedSource(source) : nothingMatched(source));
  }

  async #addRoot(source: string, path: BytePath, include?: Include | undefined): Promise<void> {
    const tree = this.#tree;
    const { entry: top } = resolveInTree(tree, path);
    if (top === undefined) throw sourceNotFound(tree, source, path);
    const files = new TreeSelection(tree, top);
    const walk: Walk = { include, files, groups: new Map(), passing: [] };
    const isDirectory = top.type === 'directory';
    const { unpack, keepsTop, isLocal } = this.#selection;
    if (unpack && top.type === 'file' && (await isArchive(tree.content(top)))) {
      this.#addArchive(source, top);
      return;
    }
    if (isDirectory) {
      if (keepsTop) this.#take(walk, top, '');
      const start = { directory: top.path, path: '', included: undefined, excluded: undefined };
      await this.#walk(walk, start);
      // From a context, BuildKit sends only files that the pattern may match.
    } else if (include === undefined || !isLocal) this.#take(walk, top, '');
    files.dropLoneLinks();
    this.#addSelected({
      kind: isDirectory ? 'directory' : 'file',
      name: baseName(path),
      source,
      top,
      files,
    });
  }

  /** Neither --chmod nor --exclude applies to the contents of an archive. */
  #addArchive(source: string, top: FileEntry): void {
    const entry: FileEntry = { ...top, path: '', mode: 0, ...ROOTS, linkGroup: undefined };
    const files = new TreeSelection(this.#tree, top);
    files.add(entry, top);
    this.#addSelected({ kind: 'archive', name: '', source, top, files });
  }

  async #walk(walk: Walk, step: Step): Promise<void> {
    if (this.#slice.isOver) await this.#slice.yield();
    const isWholeTree = step.directory === step.path;
    for (const child of this.#candidates(walk, step)) {
      const path = isWholeTree ? child.path : joinPath(step.path, baseName(child.path));
      const included = walk.include?.patterns.step(path, step.included);
      const excluded = this.#exclude.step(path, step.excluded);
      const selected = (included?.matched ?? true) && !excluded.matched;
      if (selected) this.#take(walk, child, path);
      if (child.type !== 'directory') continue;
      if (excluded.matched && !this.#exclude.hasExceptions) continue;
      if (included?.matched === false && !walk.include?.patterns.mayMatchBelow(path)) continue;
      if (!selected) walk.passing.push({ source: child, path });
      await this.#walk(walk, {
        directory: child.path,
        path,
        included: included?.state,
        excluded: excluded.state,
      });
      if (!selected) dropPassing(walk, path);
    }
  }

  /** The children of a directory that may matter. */
  #candidates({ include }: Walk, step: Step): readonly FileEntry[] {
    const depth = step.path === '' ? 0 : step.path.split('/').length;
    const name = include?.literal[depth];
    if (name === undefined) return this.#tree.list(step.directory);
    const only = this.#tree.lookup(joinPath(step.directory, name));
    return only === undefined ? [] : [only];
  }

  #take(walk: Walk, source: FileEntry, path: BytePath): void {
    for (const passed of walk.passing.splice(0)) {
      walk.files.add(
        this.#effective(passed.source, passed.path),
        passed.source,
        passed.source.mode,
      );
    }
    const complete = this.#tree.complete?.(source) ?? source;
    walk.files.add(this.#effective(this.#regrouped(complete, walk.groups), path), source);
  }

  #effective(entry: FileEntry, path: BytePath): FileEntry {
    const { uid, gid } = this.#selection.keepsOwner ? entry : ROOTS;
    return { ...entry, path, uid, gid, mode: modeAfter(this.#mode, entry) };
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

/** @throws AppError MODE_INVALID */
function modeOf(written: string | undefined): ModeSpec | undefined {
  return written === undefined ? undefined : inPart('chmod', () => parseMode(written));
}

function modeAfter(spec: ModeSpec | undefined, entry: FileEntry): number {
  if (spec === undefined || entry.type === 'symlink') return entry.mode;
  return applyMode(spec, entry.mode, entry.type === 'directory');
}

/**
 * The matches of a pattern; there may be none.
 * @throws AppError COPY_SOURCE_NOT_FOUND when the pattern's literal directory does not exist
 */
function matchesOf(tree: FileTree, source: string, pattern: BytePath): readonly BytePath[] {
  const parts = cleanPath(pattern).split('/');
  const start = parts.slice(0, parts.findIndex(hasWildcard)).join('/');
  if (resolveInTree(tree, start).entry === undefined) throw sourceNotFound(tree, source, start);
  return expandWildcards(tree, pattern);
}

/** A path without wildcards, whose backslashes may still be escapes. */
function literalIn(tree: FileTree, path: BytePath): BytePath {
  const clean = cleanPath(path);
  if (!clean.includes('\\')) return clean;
  const exists = resolveInTree(tree, clean).entry !== undefined;
  return exists ? clean : cleanPath(unescapePattern(path));
}

/** Drops an implied directory in which nothing was selected. */
function dropPassing(walk: Walk, path: BytePath): void {
  if (walk.passing.at(-1)?.path === path) walk.passing.pop();
}

function nothingMatched(source: string): Warning {
  return {
    code: 'COPY_NOTHING_MATCHED',
    message: `no file matches '${source}', so it copies nothing`,
    hint: 'correct the pattern, or remove it',
  };
}
