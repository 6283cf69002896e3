/** Looks a login up as Docker and Podman do. */
import type { Credentials, RegistryOptions } from '../types.ts';
import { type LoginFile, loginFiles, loginOf, readLoginFile } from './config-file.ts';
import { hostOfKey, keysFor, storedKey } from './credential-keys.ts';
import { getFromHelper, isMissingHelper } from './helper.ts';

/** See `credentialsFor`. */
export async function findCredentials(
  registryKey: string,
  repository: string,
  options: RegistryOptions,
): Promise<Credentials | undefined> {
  for (const path of loginFiles(options.env)) {
    const file = await readLoginFile(path);
    const found = await findIn(file, keysFor(registryKey, repository), options);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The most specific key wins. For one key: its own helper, then the helper for all keys, then the file. */
async function findIn(
  file: LoginFile,
  keys: readonly string[],
  options: RegistryOptions,
): Promise<Credentials | undefined> {
  for (const key of keys) {
    const own = file.helpers[key];
    if (own !== undefined) return getFromHelper(own, key, options);
    const entry = loginOf(entryOf(file, key), file.path);
    if (entry !== undefined) return entry;
  }
  const host = keys.at(-1) ?? '';
  const older = Object.keys(file.auths).find((key) => hostOfKey(key) === hostOfKey(host));
  const login = older === undefined ? undefined : loginOf(file.auths[older], file.path);
  if (login !== undefined) return login;
  if (file.store === undefined) return undefined;
  return getFromStore(file.store, storedKey(host), options);
}

/**
 * A home directory may be used on a machine without the desktop helper that its file names. Such a login counts as
 * missing, so that public images can still be pulled; `login` reports the missing helper.
 */
async function getFromStore(
  name: string,
  key: string,
  options: RegistryOptions,
): Promise<Credentials | undefined> {
  try {
    return await getFromHelper(name, key, options);
  } catch (error) {
    if (isMissingHelper(error)) return undefined;
    throw error;
  }
}

function entryOf({ auths }: LoginFile, key: string): unknown {
  return Object.hasOwn(auths, key) ? auths[key] : undefined;
}
