/** `login` and `logout`: writes logins as Docker does. */
import { replacePrivateFile } from '../../system/index.ts';
import type { RegistryOptions } from '../types.ts';
import { invalidFile, type LoginFile, ownFile, readLoginFile } from './config-file.ts';
import { hostOfKey, storedKey } from './credential-keys.ts';
import { eraseFromHelper, storeInHelper } from './helper.ts';

export interface Login {
  /** As in references. */
  readonly registry: string;
  readonly username: string;
  readonly password: string;
}

export interface KeptLogin {
  /** The file that holds the password unencrypted; undefined if a helper keeps it. */
  readonly unencryptedFile: string | undefined;
}

/**
 * Stores a login: in the helper that the file names, else in the file.
 *
 * @throws AppError REGISTRY_HELPER, REGISTRY_CREDENTIALS
 */
export async function keepLogin(login: Login, options: RegistryOptions): Promise<KeptLogin> {
  const { registry, username, password } = login;
  const file = await readLoginFile(ownFile(options.env));
  const key = storedKey(registry);
  const helper = file.helpers[key] ?? file.helpers[registry] ?? file.store;
  if (helper === undefined) {
    const auth = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
    await writeAuths(file, { ...file.auths, [key]: { auth } });
    return { unencryptedFile: file.path };
  }
  await storeInHelper(helper, { key, username, password }, options);
  await writeAuths(file, { ...file.auths, [key]: {} });
  return { unencryptedFile: undefined };
}

/**
 * Removes the logins of a registry from the file and its helpers.
 *
 * @returns whether there was one
 * @throws AppError REGISTRY_HELPER, REGISTRY_CREDENTIALS
 */
export async function dropLogin(registry: string, options: RegistryOptions): Promise<boolean> {
  const file = await readLoginFile(ownFile(options.env));
  const key = storedKey(registry);
  const isMine = (each: string) => each === key || hostOfKey(each) === hostOfKey(key);
  const had = Object.keys(file.auths).filter(isMine);
  const helper = file.helpers[key] ?? file.helpers[registry] ?? file.store;
  if (helper !== undefined) {
    await eraseFromHelper(helper, key, options);
  }
  if (had.length === 0) return false;
  const kept = Object.entries(file.auths).filter(([each]) => !isMine(each));
  await writeAuths(file, Object.fromEntries(kept));
  return true;
}

/** Writes the file atomically, readable by its owner only. Keeps its other members. */
async function writeAuths(
  { path, document }: LoginFile,
  auths: Readonly<Record<string, unknown>>,
): Promise<void> {
  try {
    await replacePrivateFile(path, `${JSON.stringify({ ...document, auths }, undefined, '\t')}\n`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw invalidFile(path, `it cannot be written (${code})`);
  }
}
