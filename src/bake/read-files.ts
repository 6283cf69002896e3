/** Finds and reads the files of a definition. */

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { parseDotEnv } from '../compose/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { hasErrorCode } from '../system/index.ts';
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
}

/** @throws AppError BAKE_FILE_NOT_FOUND */
export async function readBakeFiles({
  paths,
  directory,
  stdin,
}: ReadFilesOptions): Promise<BakeFile[]> {
  if (paths.length > 0) {
    return Promise.all(
      paths.map((path) => (path === '-' ? readInput(stdin) : readNamed(path, directory))),
    );
  }
  const found = await Promise.all(defaultNames.map((name) => readIfThere(name, directory)));
  const files = found.filter((file) => file !== undefined);
  if (files.length > 0) return files;
  throw new AppError('BAKE_FILE_NOT_FOUND', 'there is no file with targets here', {
    expected: defaultNames.slice(0, 6).join(', '),
    hint: 'name the file with -f',
  });
}

async function readInput(stdin: AsyncIterable<Uint8Array> | undefined): Promise<BakeFile> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin ?? []) chunks.push(chunk);
  return { name: '-', text: Buffer.concat(chunks).toString() };
}

async function readNamed(path: string, directory: string): Promise<BakeFile> {
  const file = await readIfThere(path, directory);
  if (file !== undefined) return file;
  throw new AppError('BAKE_FILE_NOT_FOUND', `'${path}' does not exist`);
}

async function readIfThere(path: string, directory: string): Promise<BakeFile | undefined> {
  try {
    return { name: path, text: await readFile(resolve(directory, path), 'utf8') };
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT') || hasErrorCode(error, 'ENOTDIR')) return undefined;
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): AppError {
  const why = hasErrorCode(cause, 'EISDIR') ? 'it is a directory' : 'it cannot be read';
  return new AppError('BAKE_FILE_NOT_FOUND', `'${path}' is no file with targets: ${why}`, {
    cause,
  });
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
      return { name, text: readFileSync(resolve(directory, name), 'utf8') };
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
  const file = await readIfThere('.env', directory).catch(() => undefined);
  if (file === undefined) return env;
  return { ...Object.fromEntries(parseDotEnv(file.text, '.env', env)), ...env };
}
