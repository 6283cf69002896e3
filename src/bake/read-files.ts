/** Finds and reads the files of a definition. */

import { dirname, join, relative, resolve } from 'node:path';
import { parseDotEnv } from '../compose/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { hasErrorCode, readFailure, readInput, readRegularFile } from '../system/index.ts';
import type { BakeFile } from './parse-definition.ts';

/** Names of files that are read without being asked for, in the order in which they override each other. */
const defaultNames = [
  ...['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'],
  ...[
    'docker-bake.json',
    'docker-bake.hcl',
    'docker-bake.override.json',
    'docker-bake.override.hcl',
  ],
];

export interface ReadFilesOptions {
  /** Paths as written; none: the usual names. */
  readonly paths: readonly string[];
  readonly directory: string;
  readonly stdin: AsyncIterable<Uint8Array> | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Bytes. */
const LARGEST = 16 << 20;

/** @throws AppError BAKE_FILE_NOT_FOUND */
export async function readBakeFiles({
  paths,
  directory,
  stdin,
  signal,
}: ReadFilesOptions): Promise<BakeFile[]> {
  if (paths.length > 0) {
    return Promise.all(
      paths.map((path) => (path === '-' ? readAll(stdin) : readNamed(path, directory, signal))),
    );
  }
  const found = await Promise.all(
    defaultNames.map((name) => readIfThere(name, directory, readFound)),
  );
  const files = found.filter((file) => file !== undefined);
  if (files.length > 0) return files;
  throw new AppError('BAKE_FILE_NOT_FOUND', 'there is no file with targets here', {
    expected: defaultNames.slice(0, 6).join(', '),
    hint: 'name the file with -f',
  });
}

/** A pipe that nobody named could wait for ever. */
function readFound(path: string): Buffer {
  return readRegularFile(path, { limit: LARGEST });
}

async function readAll(stdin: AsyncIterable<Uint8Array> | undefined): Promise<BakeFile> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin ?? []) {
    size += chunk.length;
    if (size > LARGEST) throw notTargets('-', 'it is larger than 16 MiB');
    chunks.push(chunk);
  }
  return { name: '-', text: Buffer.concat(chunks).toString() };
}

async function readNamed(
  path: string,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<BakeFile> {
  const file = await readIfThere(path, directory, (full) =>
    readInput(full, { limit: LARGEST, signal }),
  );
  if (file !== undefined) return file;
  throw new AppError('BAKE_FILE_NOT_FOUND', `'${path}' does not exist`);
}

async function readIfThere(
  path: string,
  directory: string,
  read: (path: string) => Buffer | Promise<Buffer>,
): Promise<BakeFile | undefined> {
  try {
    return { name: path, text: (await read(resolve(directory, path))).toString() };
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT') || hasErrorCode(error, 'ENOTDIR')) return undefined;
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): AppError {
  const reason = readFailure(cause);
  if (reason === undefined) throw cause;
  return notTargets(path, reason, cause);
}

function notTargets(path: string, reason: string, cause?: unknown): AppError {
  const message = `'${path}' is no file with targets: ${reason}`;
  return new AppError('BAKE_FILE_NOT_FOUND', message, { cause });
}

/** Reads a file that a Compose file names, relative to it; only below the directory. */
export function readerOf(directory: string) {
  return (path: string, from: string): BakeFile => {
    const name = join(dirname(from), path);
    const inside = relative(directory, resolve(directory, name));
    if (inside.startsWith('..')) {
      throw new AppError(
        'COMPOSE_INVALID',
        `'${from}' names a file outside its directory: '${path}'`,
      );
    }
    try {
      const file = resolve(directory, name);
      const bytes = readRegularFile(file, { limit: LARGEST, within: directory });
      return { name, text: bytes.toString() };
    } catch (error) {
      throw unreadable(name, error);
    }
  };
}

/** The variables of Compose files: those of the environment, then those of a `.env` file. */
export async function composeEnvironment(
  directory: string,
  env: Environment,
): Promise<Environment> {
  const file = await readIfThere('.env', directory, readFound).catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
  });
  if (file === undefined) return env;
  return { ...Object.fromEntries(parseDotEnv(file.text, '.env', env)), ...env };
}
