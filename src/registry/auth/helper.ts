/**
 * Credential helpers: programs `docker-credential-<name>` that keep logins in the system's own store.
 * https://github.com/docker/docker-credential-helpers#development
 *
 * Their output may be a secret, so no message quotes it.
 */
import { spawn } from 'node:child_process';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import { isObject } from '../shape.ts';
import type { Credentials } from '../types.ts';

export interface HelperOptions {
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
}

type Action = 'get' | 'store' | 'erase';

/** Messages of helpers that have no login. */
const NOT_FOUND = /credentials not found|no credentials server URL|not found in keychain/i;
/** Bytes; longer output is refused. */
const MAX_OUTPUT = 1 << 20;

/**
 * Gets the login for a key from a helper; undefined if it has none.
 *
 * @throws AppError REGISTRY_HELPER
 */
export async function getFromHelper(
  name: string,
  key: string,
  options: HelperOptions,
): Promise<Credentials | undefined> {
  const { status, stdout } = await runHelper(name, 'get', { ...options, input: key });
  if (status !== 0) {
    if (NOT_FOUND.test(stdout)) return undefined;
    throw failed(name, 'get', `it exited with status ${status}`);
  }
  const login = parse(stdout);
  if (login === undefined) throw failed(name, 'get', 'it did not answer like a credential helper');
  const { Username: username, Secret: secret } = login;
  if (typeof username !== 'string' || typeof secret !== 'string') {
    throw failed(name, 'get', 'it did not answer like a credential helper');
  }
  if (username === '' && secret === '') return undefined;
  if (username === '<token>') return { kind: 'identity', token: secret };
  return { kind: 'password', username, password: secret };
}

/** Whether a helper failed because it is not installed. */
export function isMissingHelper(error: unknown): boolean {
  return (
    error instanceof AppError &&
    error.code === 'REGISTRY_HELPER' &&
    error.details?.isMissing === true
  );
}

/** @throws AppError REGISTRY_HELPER */
export async function storeInHelper(
  name: string,
  login: { readonly key: string; readonly username: string; readonly password: string },
  options: HelperOptions,
): Promise<void> {
  const { key: ServerURL, username: Username, password: Secret } = login;
  const input = JSON.stringify({ ServerURL, Username, Secret });
  const { status } = await runHelper(name, 'store', { ...options, input });
  if (status !== 0) throw failed(name, 'store', `it exited with status ${status}`);
}

/** Removes a login; a missing one is no error. @throws AppError REGISTRY_HELPER */
export async function eraseFromHelper(
  name: string,
  key: string,
  options: HelperOptions,
): Promise<void> {
  const { status, stdout } = await runHelper(name, 'erase', { ...options, input: key });
  if (status !== 0 && !NOT_FOUND.test(stdout)) {
    throw failed(name, 'erase', `it exited with status ${status}`);
  }
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

interface HelperRun extends HelperOptions {
  readonly input: string;
}

function runHelper(
  name: string,
  action: Action,
  { env, signal, input }: HelperRun,
): Promise<{ readonly status: number; readonly stdout: string }> {
  // A name is part of a program's name, never a path to one.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw failed(name, action, 'the name is not valid');
  return new Promise((resolve, reject) => {
    const child = spawn(`docker-credential-${name}`, [action], {
      env: { ...env },
      signal,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const chunks: Buffer[] = [];
    let size = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_OUTPUT) child.kill('SIGKILL');
      else chunks.push(chunk);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (signal?.aborted === true) reject(signal.reason);
      else reject(failed(name, action, reasonOf(error), { isMissing: error.code === 'ENOENT' }));
    });
    child.on('close', (status) => {
      resolve({ status: status ?? -1, stdout: Buffer.concat(chunks).toString('utf8') });
    });
    // A helper may exit without reading its input.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function reasonOf({ code }: NodeJS.ErrnoException): string {
  return code === 'ENOENT' ? 'the program is not in PATH' : `it cannot be started (${code})`;
}

function failed(
  name: string,
  action: Action,
  problem: string,
  details: Readonly<Record<string, unknown>> = {},
): AppError {
  const program = JSON.stringify(`docker-credential-${name.slice(0, 100)}`).slice(1, -1);
  return new AppError('REGISTRY_HELPER', `${program} ${action} failed: ${problem}`, {
    hint: 'install the helper, or remove it from credsStore or credHelpers in the login file',
    details,
  });
}
