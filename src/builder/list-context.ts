/** Lists the files of a directory that are part of a build context, and the ignore lines that leave out the rest. */

import type {
  ContextFile,
  ContextListing,
  ContextReason,
  IgnoreLine,
  ListContextOptions,
} from '../api/index.ts';
import {
  entriesOfSources,
  findDockerfile,
  type IgnoreDecision,
  type IgnoreFile,
  IgnoreMatcher,
  loadIgnoreFile,
  openContext,
} from '../context/index.ts';
import { AppError } from '../errors.ts';
import {
  type BytePath,
  cleanPath,
  type FileEntry,
  type FileTree,
  type PatternState,
  toBytes,
  toText,
} from '../files/index.ts';
import type { LaminaContext } from '../lamina-context.ts';

export async function listContext(
  context: LaminaContext,
  options: ListContextOptions,
): Promise<ContextListing> {
  const { context: directory } = options;
  using tree = openContext({ directory });
  const file = loadIgnoreFile(directory, dockerfileOf(options));
  const matcher = file === undefined ? undefined : new IgnoreMatcher(file);
  const sorter = new Sorter(tree, matcher, options.signal);
  sorter.walk('', undefined);
  const needed = await neededPaths(context, options, file);
  const sent = sorter.files.filter(({ path }) => needed?.has(toBytes(path)) ?? true);
  const files = sent.sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
  return {
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    ignoreFile: file?.file,
    ignored: [...sorter.ignored.values()].sort((a, b) => b.bytes - a.bytes || a.line - b.line),
    why: options.why === undefined ? undefined : reasonOf(options.why, tree, matcher),
  };
}

/** The files that the steps of a target read; undefined: not requested. */
async function neededPaths(
  context: LaminaContext,
  { context: directory, dockerfile, neededBy, signal }: ListContextOptions,
  ignore: IgnoreFile | undefined,
): Promise<ReadonlySet<BytePath> | undefined> {
  if (neededBy === undefined) return undefined;
  const { neededSources } = await import('./describe.ts');
  const sources = await neededSources(context, {
    ...{ ...neededBy, context: directory, dockerfile, signal },
  });
  using tree = openContext({ directory, ignore });
  return new Set([...entriesOfSources(tree, sources)].map(({ path }) => path));
}

/** Its ignore file takes precedence over that of the directory. */
function dockerfileOf({ context, dockerfile: file }: ListContextOptions): string | undefined {
  const cwd = process.cwd();
  if (file === '-') return undefined;
  try {
    return findDockerfile(context, { file, cwd }).path;
  } catch (error) {
    const isMissing = error instanceof AppError && error.code === 'DOCKERFILE_NOT_FOUND';
    if (isMissing && file === undefined) return undefined;
    throw error;
  }
}

class Sorter {
  readonly files: ContextFile[] = [];
  /** By line. */
  readonly ignored = new Map<number, IgnoreLine>();
  readonly #tree: FileTree;
  readonly #matcher: IgnoreMatcher | undefined;
  readonly #signal: AbortSignal | undefined;

  constructor(tree: FileTree, matcher: IgnoreMatcher | undefined, signal: AbortSignal | undefined) {
    this.#tree = tree;
    this.#matcher = matcher;
    this.#signal = signal;
  }

  walk(directory: string, state: PatternState): void {
    this.#signal?.throwIfAborted();
    for (const entry of this.#tree.list(directory)) {
      const decision = this.#matcher?.step(entry.path, state);
      if (entry.type === 'directory') this.walk(entry.path, decision?.state);
      else this.#put(entry, decision);
    }
  }

  #put({ path, size }: FileEntry, decision: IgnoreDecision | undefined): void {
    const by = decision?.decidedBy;
    if (decision?.ignored !== true || by === undefined) {
      this.files.push({ path: toText(path), bytes: size });
      return;
    }
    const known = this.ignored.get(by.line) ?? { files: 0, bytes: 0 };
    this.ignored.set(by.line, {
      line: by.line,
      pattern: by.text,
      files: known.files + 1,
      bytes: known.bytes + size,
    });
  }
}

function reasonOf(
  written: string,
  tree: FileTree,
  matcher: IgnoreMatcher | undefined,
): ContextReason {
  const path = cleanPath(toBytes(written));
  const entry = tree.lookup(path);
  const decision = path === '' ? undefined : matcher?.decide(path);
  const by = decision?.decidedBy;
  const file = matcher?.file.file ?? '';
  return {
    path: toText(path) === '' ? '.' : toText(path),
    kind: entry === undefined ? undefined : entry.type === 'directory' ? 'directory' : 'file',
    ignored: decision?.ignored ?? false,
    decidedBy: by === undefined ? undefined : { file, line: by.line, pattern: by.text },
    sentBelow: entry?.type === 'directory' ? countBelow(path, tree, matcher) : undefined,
  };
}

function countBelow(path: string, tree: FileTree, matcher: IgnoreMatcher | undefined): number {
  const sorter = new Sorter(tree, matcher, undefined);
  sorter.walk(path, path === '' ? undefined : matcher?.decide(path).state);
  return sorter.files.length;
}
