/** Reads the files of --env-file. */
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { readFailure, readInput } from '../system/index.ts';

export interface EnvFileContext {
  /** Values for names without a value in the file. */
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
}

const LARGEST = 4 << 20;

/**
 * Reads `NAME=value` lines as Docker does: spaces before a name, empty lines and lines that begin with `#` are ignored;
 * a name alone takes its value from the environment, if any.
 *
 * @returns `NAME=value`
 * @throws AppError CLI_FILE, with the line
 */
export async function readEnvFile(
  path: string,
  { env, signal }: EnvFileContext,
): Promise<readonly string[]> {
  const bytes = await readInput(path, { limit: LARGEST, signal }).catch((cause: unknown) => {
    const reason = readFailure(cause);
    if (reason === undefined) throw cause;
    throw new AppError('CLI_FILE', `--env-file: cannot read '${path}': ${reason}`, { cause });
  });
  const lines = bytes
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split(/\r?\n/);
  return lines.flatMap((written, index) => {
    const line = written.replace(/^[ \t]+/, '');
    if (line === '' || line.startsWith('#')) return [];
    const equals = line.indexOf('=');
    const name = equals < 0 ? line : line.slice(0, equals);
    const fault = faultOf(name);
    if (fault !== undefined) {
      throw new AppError('CLI_FILE', `--env-file: ${path}:${index + 1}: ${fault}`, {
        expected: 'NAME=value, or NAME alone to take its value from the environment',
      });
    }
    if (equals >= 0) return [line];
    const value = env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
}

function faultOf(name: string): string | undefined {
  if (name === '') return 'the variable name is missing';
  return /[ \t]/.test(name) ? `the name '${name}' contains whitespace` : undefined;
}
