/** Files with logins: Docker's `config.json` and the `auth.json` of Podman, which has the same shape. */
import { join } from 'node:path';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import { hasErrorCode, readFailure, readRegularFile } from '../../system/index.ts';
import { configHome, homeOf } from '../home.ts';
import { isObject } from '../shape.ts';
import type { Credentials } from '../types.ts';

/** Bytes. */
const LARGEST = 16 << 20;

export interface LoginFile {
  readonly path: string;
  /** The whole document: members we do not know are kept when it is written. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly auths: Readonly<Record<string, unknown>>;
  /** Key → name of the helper that has its login. */
  readonly helpers: Readonly<Record<string, string>>;
  /** The helper for all other logins. */
  readonly store: string | undefined;
}

/** Docker's file. */
export function dockerFile(env: Environment): string {
  return join(env.DOCKER_CONFIG || join(homeOf(env), '.docker'), 'config.json');
}

/** Where logins are written: to Docker's file, unless the user names another one. */
export function ownFile(env: Environment): string {
  return env.REGISTRY_AUTH_FILE || dockerFile(env);
}

/** Files that may hold logins, in order. */
export function loginFiles(env: Environment): readonly string[] {
  return [
    env.REGISTRY_AUTH_FILE ?? '',
    dockerFile(env),
    podmanFile(env),
    join(configHome(env), 'containers/auth.json'),
  ].filter((path, position, all) => path !== '' && all.indexOf(path) === position);
}

/** The file that `podman login` writes. Root's shells, services and CI often have no `XDG_RUNTIME_DIR`. */
function podmanFile({ XDG_RUNTIME_DIR: runtime }: Environment): string {
  if (runtime) return join(runtime, 'containers/auth.json');
  const user = process.getuid?.();
  return user === undefined ? '' : `/run/containers/${user}/auth.json`;
}

/**
 * Reads a file with logins; a missing file has none.
 *
 * @throws AppError REGISTRY_CREDENTIALS, which shows nothing of what the file holds
 */
export async function readLoginFile(path: string): Promise<LoginFile> {
  const document = readDocument(path);
  const auths = document.auths ?? {};
  const helpers = document.credHelpers ?? {};
  if (!isObject(auths)) throw invalidFile(path, 'auths is not an object');
  if (!isObject(helpers)) throw invalidFile(path, 'credHelpers is not an object');
  const store = document.credsStore;
  return {
    path,
    document,
    auths,
    helpers: Object.fromEntries(
      Object.entries(helpers).flatMap(([key, name]) =>
        typeof name === 'string' && name !== '' ? [[key, name]] : [],
      ),
    ),
    store: typeof store === 'string' && store !== '' ? store : undefined,
  };
}

function readDocument(path: string): Readonly<Record<string, unknown>> {
  const text = textOf(path);
  // Podman creates empty files.
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // Reported below: the parser's message would quote the file.
  }
  throw invalidFile(path, 'it is not a JSON object');
}

function textOf(path: string): string {
  try {
    return readRegularFile(path, { limit: LARGEST }).toString();
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return '';
    const reason = readFailure(error);
    if (reason === undefined) throw error;
    throw invalidFile(path, reason);
  }
}

/**
 * The login of an entry of `auths`; undefined if the entry only refers to a helper.
 *
 * @throws AppError REGISTRY_CREDENTIALS
 */
export function loginOf(entry: unknown, path: string): Credentials | undefined {
  if (!isObject(entry)) return undefined;
  const text = (name: string): string => {
    const value = entry[name];
    return typeof value === 'string' ? value : '';
  };
  const identity = text('identitytoken');
  if (identity !== '') return { kind: 'identity', token: identity };
  const bearer = text('registrytoken');
  if (bearer !== '') return { kind: 'bearer', token: bearer };
  const auth = text('auth');
  if (auth !== '') return decoded(auth, path);
  const username = text('username');
  if (username === '') return undefined;
  return { kind: 'password', username, password: text('password') };
}

function decoded(auth: string, path: string): Credentials {
  const pair = Buffer.from(auth, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 0) throw invalidFile(path, 'an entry of auths is not name:password in base64');
  // Some tools end the password with NUL bytes.
  const password = pair.slice(colon + 1).replace(/\0+$/, '');
  return { kind: 'password', username: pair.slice(0, colon), password };
}

export function invalidFile(path: string, problem: string): AppError {
  return new AppError('REGISTRY_CREDENTIALS', `cannot use the logins in ${path}: ${problem}`, {
    hint: 'correct or remove the file, then log in again',
  });
}
