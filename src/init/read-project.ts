/** Reads the directory of a project as detection wants it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import { readFailure, readRegularFile } from '../system/index.ts';
import type { ProjectFiles } from './project-files.ts';

/** Directories with the files of others. */
const SKIPPED = new Set([
  ...['.git', 'node_modules', 'vendor', 'target', 'dist', 'build', '.next', '.venv', 'venv'],
  ...['__pycache__', '.gradle', 'bin', 'obj'],
]);
const DEEPEST = 9;
const MOST_FILES = 20_000;
/** Bytes of a manifest or a source file; larger ones are made by programs. */
const LARGEST = 1 << 20;

/**
 * Lists the files of a directory, without following links.
 * @throws AppError CONTEXT_NOT_FOUND, CONTEXT_UNREADABLE
 */
export function readProject(directory: string): ProjectFiles {
  const paths: string[] = [];
  const open: string[] = [''];
  for (let at = open.shift(); at !== undefined && paths.length < MOST_FILES; at = open.shift()) {
    for (const entry of entriesOf(directory, at)) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      if (entry.isFile()) paths.push(path);
      const isDeep = path.split('/').length > DEEPEST;
      if (entry.isDirectory() && !SKIPPED.has(entry.name) && !isDeep) open.push(path);
    }
  }
  const known = new Set(paths);
  return { paths, text: (path) => (known.has(path) ? textOf(directory, path) : undefined) };
}

function entriesOf(directory: string, path: string) {
  try {
    return readdirSync(join(directory, path), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    );
  } catch (cause) {
    const reason = readFailure(cause);
    if (reason === undefined) throw cause;
    // Directories that others may read, such as those of a database.
    if (path !== '') return [];
    const isMissing = reason === 'there is no such file';
    throw new AppError(
      isMissing ? 'CONTEXT_NOT_FOUND' : 'CONTEXT_UNREADABLE',
      `cannot read the directory '${directory}': ${isMissing ? 'there is no such directory' : reason}`,
      { cause },
    );
  }
}

function textOf(directory: string, path: string): string | undefined {
  try {
    return readRegularFile(join(directory, path), { limit: LARGEST, within: directory }).toString();
  } catch (error) {
    if (readFailure(error) !== undefined) return undefined;
    throw error;
  }
}
