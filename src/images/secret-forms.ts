/** The secrets that a check looks for, in the forms in which programs write them. */
import type { CheckImageOptions, SecretSource } from '../api/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import type { SecretForm } from '../ops/index.ts';
import { readFailure, readInput } from '../system/index.ts';

/** Largest secret in bytes, as for builds. */
const LARGEST = 500 << 10;

/** @throws AppError SECRET_UNREADABLE, CHECK_SECRET_SHORT: what is not looked for must not pass */
export async function secretForms(
  { secrets = [], signal }: Pick<CheckImageOptions, 'secrets' | 'signal'>,
  env: Environment,
): Promise<readonly SecretForm[]> {
  if (secrets.length === 0) return [];
  const { formsOf } = await import('../ops/index.ts');
  const forms: SecretForm[] = [];
  for (const source of secrets) {
    const found = formsOf({ id: source.id, bytes: await bytesOf(source, env, signal) });
    if (found.length === 0) {
      throw new AppError(
        'CHECK_SECRET_SHORT',
        `the secret '${source.id}' is too short to look for`,
        {
          expected: 'at least 4 bytes',
        },
      );
    }
    forms.push(...found);
  }
  return forms;
}

async function bytesOf(
  source: SecretSource,
  env: Environment,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  if ('value' in source) return Buffer.from(source.value);
  if ('env' in source) {
    const value = env[source.env];
    if (value !== undefined) return Buffer.from(value);
    throw unreadable(source.id, `the environment variable ${source.env} is not set`);
  }
  try {
    return await readInput(source.file, { limit: LARGEST, signal });
  } catch (cause) {
    const reason = readFailure(cause);
    if (reason === undefined) throw cause;
    throw unreadable(source.id, `${source.file}: ${reason}`, cause);
  }
}

function unreadable(id: string, reason: string, cause?: unknown): AppError {
  return new AppError('SECRET_UNREADABLE', `cannot read the secret '${id}': ${reason}`, {
    expected: `--secret id=${id},src=FILE or --secret id=${id},env=VARIABLE`,
    cause,
  });
}
