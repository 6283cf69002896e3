/** Dockerfiles that are named on the command line. */
import { isUtf8 } from 'node:buffer';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import { checkInput, readFailure, readRegularFile } from '../system/index.ts';
import type { Io } from './io.ts';

export interface SourceText {
  /** As the user wrote it; `<stdin>` for standard input. */
  readonly name: string;
  /** Undefined for standard input. */
  readonly path: string | undefined;
  readonly bytes: Buffer;
  readonly text: string;
}

const STDIN = '-';
const NAMES = ['Dockerfile', 'dockerfile'];
/** Bytes; as large as a Dockerfile of a build may be. */
const LARGEST = 16 << 20;

/** The Dockerfile of the working directory if no file is named. */
export function namedFiles(args: readonly string[]): readonly string[] {
  return args.length > 0 ? args : [dockerfileIn('.')];
}

/**
 * @param name a path, a directory with a Dockerfile, or `-`
 * @throws AppError DOCKERFILE_NOT_FOUND, DOCKERFILE_UNREADABLE, FORMAT_ENCODING
 */
export async function readSource(name: string, io: Io): Promise<SourceText> {
  const shown = name === STDIN ? '<stdin>' : name;
  const path = name === STDIN ? undefined : pathOf(name);
  const bytes = path === undefined ? await readStandardInput(io) : readFile(path);
  if (!isUtf8(bytes)) {
    throw new AppError(
      'FORMAT_ENCODING',
      `${path ?? shown}:${badLine(bytes)}: the text is not valid UTF-8`,
      {
        hint: 'save the file as UTF-8',
      },
    );
  }
  return { name: path ?? shown, path, bytes, text: bytes.toString('utf8') };
}

function pathOf(name: string): string {
  const isDirectory = statSync(name, { throwIfNoEntry: false })?.isDirectory() === true;
  return isDirectory ? dockerfileIn(name) : name;
}

/** @throws AppError DOCKERFILE_UNREADABLE for what a build would not read either: a link out of the directory, a pipe */
function dockerfileIn(directory: string): string {
  const paths = NAMES.map((name) => join(directory, name));
  const kinds = paths.map((path) => statSync(path, { throwIfNoEntry: false }));
  const isFile = kinds.findIndex((stats) => stats?.isFile() === true);
  const index = isFile < 0 ? kinds.findIndex((stats) => stats !== undefined) : isFile;
  const found = paths[index];
  if (found === undefined) return join(directory, 'Dockerfile');
  if (kinds[index]?.isFIFO() === true) throw unreadable(found, 'it is a pipe (FIFO)');
  try {
    checkInput(found, { limit: LARGEST, within: directory });
  } catch (cause) {
    const reason = readFailure(cause);
    if (reason === undefined) throw cause;
    throw unreadable(found, reason, cause);
  }
  return found;
}

function readFile(path: string): Buffer {
  try {
    return readRegularFile(path, { limit: LARGEST });
  } catch (cause) {
    const reason = readFailure(cause);
    if (reason === undefined) throw cause;
    throw unreadable(path, reason, cause);
  }
}

function unreadable(path: string, reason: string, cause?: unknown): AppError {
  const isMissing = reason === 'there is no such file';
  return new AppError(
    isMissing ? 'DOCKERFILE_NOT_FOUND' : 'DOCKERFILE_UNREADABLE',
    `cannot read '${path}': ${reason}`,
    { hint: 'name a Dockerfile, a directory with one, or - for standard input', cause },
  );
}

/** @throws AppError DOCKERFILE_TOO_LARGE */
export async function readStandardInput(io: Io): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of io.stdin()) {
    size += chunk.length;
    if (size > LARGEST) {
      throw new AppError('DOCKERFILE_TOO_LARGE', 'standard input is too large for a Dockerfile', {
        expected: `at most ${LARGEST} bytes`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The number of the first line with an invalid byte. */
function badLine(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed + 1;
    if (!isUtf8(bytes.subarray(start, end))) return line;
    start = end;
  }
  return line;
}
