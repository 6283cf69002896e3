/** The files around a document, if it is a file of the workspace: an editor may open anything else too. */
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type IgnoreFile, loadIgnoreFile, openContext } from '../context/index.ts';
import { AppError } from '../errors.ts';
import { toBytes, toText } from '../files/index.ts';
import type { ContextName } from './completion.ts';

/** A document that is a file. */
export interface WorkspaceFile {
  /** Absolute, without links. */
  readonly path: string;
  /** The directory that its builds take as the build context. */
  readonly context: string;
  /** The open folder that it is in; the context itself if no folder is open. */
  readonly root: string;
}

const CONFIG_NAMES = ['.hadolint.yaml', '.hadolint.yml'];

/** More names than anyone picks from. */
const MOST_NAMES = 1_000;

export class Workspace {
  /** Real paths; none: the editor has no folder open, and each document stands alone. */
  readonly #roots: readonly string[];

  /** @param folders URIs of the folders that the editor has open */
  constructor(folders: readonly string[]) {
    this.#roots = folders.flatMap((folder) => realPath(pathOf(folder)) ?? []);
  }

  /** Undefined for documents that are not on disk, or outside of the workspace. */
  fileOf(uri: string): WorkspaceFile | undefined {
    const path = pathOf(uri);
    const directory = path === undefined ? undefined : realPath(dirname(path));
    if (path === undefined || directory === undefined) return undefined;
    const root =
      this.#roots.length === 0
        ? directory
        : this.#roots.find((one) => directory === one || directory.startsWith(withSeparator(one)));
    if (root === undefined) return undefined;
    return { path: join(directory, basename(path)), context: directory, root };
  }
}

/** The linter's configuration nearest to the file; undefined: that of the user counts. */
export function configFileOf({ context, root }: WorkspaceFile): string | undefined {
  for (let directory = context; ; directory = dirname(directory)) {
    const paths = CONFIG_NAMES.map((name) => join(directory, name));
    const found = paths.find((path) => existsSync(path));
    if (found !== undefined || directory === root) return found;
  }
}

/** Undefined if there is none, or it cannot be read. */
export function ignoreFileOf({ path, context }: WorkspaceFile): IgnoreFile | undefined {
  return orElse(undefined, () => loadIgnoreFile(context, path));
}

/** The names in a directory of the build context, without what the ignore file hides. */
export function listContext(file: WorkspaceFile, directory: string): readonly ContextName[] {
  const path = posix.normalize(`/${directory}`).replace(/^\/|\/$/g, '');
  return orElse([], () => {
    using tree = openContext({ directory: file.context, ignore: ignoreFileOf(file) });
    return tree
      .list(toBytes(path))
      .slice(0, MOST_NAMES)
      .map((entry) => ({
        name: toText(entry.path.slice(entry.path.lastIndexOf('/') + 1)),
        isDirectory: entry.type === 'directory',
      }));
  });
}

/** @throws whatever is no error of the user's files */
function orElse<T>(fallback: T, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) return fallback;
    throw error;
  }
}

/** Undefined for other schemes, other hosts, and paths that no file can have. */
function pathOf(uri: string): string | undefined {
  try {
    const path = uri.startsWith('file:') ? fileURLToPath(uri) : undefined;
    return path?.includes('\0') ? undefined : path;
  } catch {
    return undefined;
  }
}

function realPath(path: string | undefined): string | undefined {
  try {
    return path === undefined ? undefined : realpathSync(path);
  } catch {
    return undefined;
  }
}

function withSeparator(path: string): string {
  return path.endsWith(sep) ? path : path + sep;
}
