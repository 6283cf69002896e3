/** Finds the Dockerfile and its ignore file. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { AppError } from '../errors.ts';
import { hasErrorCode, readFailure, readRegularFile } from '../system/index.ts';
import { type IgnoreFile, parseDockerignore } from './dockerignore.ts';

export interface DockerfileLocation {
  /** Absolute host path. */
  readonly path: string;
  /** Name for messages. */
  readonly name: string;
  /** The directory that symlinks must not leave; undefined for a file outside the context. */
  readonly within?: string | undefined;
}

export interface DockerfileLookup {
  /** The value of --file; relative to `cwd`. */
  readonly file?: string | undefined;
  readonly cwd: string;
}

const DEFAULT_NAME = 'Dockerfile';
const FALLBACK_NAME = 'dockerfile';
/** Bytes; a larger file is no ignore file. */
const MAX_IGNORE_FILE = 4 << 20;

/**
 * The Dockerfile to build: the given one, or `Dockerfile` (else `dockerfile`) in the context directory.
 * @throws AppError CONTEXT_NOT_FOUND, DOCKERFILE_NOT_FOUND
 */
export function findDockerfile(
  contextDirectory: string,
  lookup: DockerfileLookup,
): DockerfileLocation {
  const directory = resolve(lookup.cwd, contextDirectory);
  const wanted =
    lookup.file === undefined ? join(directory, DEFAULT_NAME) : resolve(lookup.cwd, lookup.file);
  const candidates = [wanted];
  if (basename(wanted) === DEFAULT_NAME) candidates.push(join(dirname(wanted), FALLBACK_NAME));
  for (const path of candidates) {
    if (kindOf(path) === 'file') {
      const name = lookup.file ?? displayName(path, directory);
      return { path, name, within: isInside(path, directory) ? directory : undefined };
    }
  }
  const kind = kindOf(directory);
  if (lookup.file === undefined && kind !== 'directory') {
    throw missingContext(contextDirectory, kind);
  }
  throw missing(lookup.file ?? displayName(wanted, directory), wanted, {
    directory,
    cwd: lookup.cwd,
  });
}

/**
 * The ignore file of a build: `<Dockerfile>.dockerignore` next to the Dockerfile, else `.dockerignore` at the root of
 * the context; undefined if there is neither.
 * @param dockerfile absolute host path; undefined if the Dockerfile is not a file
 * @throws AppError CONTEXT_UNREADABLE
 */
export function loadIgnoreFile(
  contextDirectory: string,
  dockerfile?: string | undefined,
): IgnoreFile | undefined {
  const own = dockerfile === undefined ? undefined : `${dockerfile}.dockerignore`;
  for (const path of [own, join(contextDirectory, '.dockerignore')]) {
    if (path === undefined) continue;
    const within = isInside(path, contextDirectory) ? contextDirectory : undefined;
    const text = readIfThere(path, { name: displayName(path, contextDirectory), within });
    if (text !== undefined) return parseDockerignore(text, displayName(path, contextDirectory));
  }
  return undefined;
}

function readIfThere(
  path: string,
  { name, within }: Pick<DockerfileLocation, 'name' | 'within'>,
): string | undefined {
  try {
    return readRegularFile(path, { limit: MAX_IGNORE_FILE, within }).toString('utf8');
  } catch (cause) {
    if (hasErrorCode(cause, 'ENOENT', 'ENOTDIR')) return undefined;
    const reason = readFailure(cause);
    if (reason === undefined) throw cause;
    throw new AppError('CONTEXT_UNREADABLE', `cannot read '${name}': ${reason}`, {
      hint: 'an ignore file must be a file, or a link to a file in the build context',
      cause,
    });
  }
}

function kindOf(path: string): 'file' | 'directory' | undefined {
  try {
    return statSync(path).isDirectory() ? 'directory' : 'file';
  } catch {
    return undefined;
  }
}

/** Compares paths as written, without resolving symlinks. */
function isInside(path: string, directory: string): boolean {
  const inside = relative(resolve(directory), resolve(path));
  return inside !== '' && inside !== '..' && !inside.startsWith('../') && !isAbsolute(inside);
}

/** Relative to the context if inside it. */
function displayName(path: string, contextDirectory: string): string {
  const inside = relative(contextDirectory, path);
  return inside.startsWith('..') ? path : inside;
}

function missingContext(directory: string, kind: 'file' | undefined): AppError {
  if (kind === 'file') {
    return new AppError(
      'CONTEXT_NOT_FOUND',
      `the build context '${directory}' is not a directory`,
      {
        hint: 'the last argument of build is a directory; use --file for the Dockerfile',
      },
    );
  }
  return new AppError('CONTEXT_NOT_FOUND', `the build context '${directory}' does not exist`, {
    hint: "the last argument of build is a directory, often '.'",
  });
}

function missing(
  name: string,
  path: string,
  lookup: { readonly directory: string; readonly cwd: string },
): AppError {
  if (kindOf(path) === 'directory') {
    return new AppError('DOCKERFILE_NOT_FOUND', `'${name}' is a directory, not a Dockerfile`, {
      hint: `give the file: --file ${join(name, DEFAULT_NAME)}`,
    });
  }
  const near = [dirname(path), lookup.directory].flatMap(dockerfilesIn);
  const found = [...new Set(near)].slice(0, 5);
  const hint =
    found.length > 0
      ? `found ${found.map((file) => `'${displayName(file, lookup.cwd)}'`).join(', ')}; select it with --file`
      : `'${lookup.directory}' has no Dockerfile; create one, or select another file with --file`;
  return new AppError('DOCKERFILE_NOT_FOUND', `the Dockerfile '${name}' does not exist`, { hint });
}

/** Files that look like Dockerfiles: `Dockerfile.dev`, `app.Dockerfile`, `Containerfile`. */
function dockerfilesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /dockerfile|containerfile/i.test(entry.name))
      .filter((entry) => !entry.name.endsWith('.dockerignore'))
      .map((entry) => join(directory, entry.name))
      .sort();
  } catch {
    return [];
  }
}
