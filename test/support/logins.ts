/** Logins in Docker's format, in a directory of the test. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestLogins extends AsyncDisposable {
  /** For `openRegistries`. */
  readonly env: Readonly<Record<string, string>>;
}

/** @param auths entries of `auths` in Docker's config.json, by registry */
export async function keepLogins(
  auths: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Promise<TestLogins> {
  const directory = await mkdtemp(join(tmpdir(), 'lamina-logins-'));
  await writeFile(join(directory, 'config.json'), JSON.stringify({ auths }));
  return {
    env: { HOME: directory, DOCKER_CONFIG: directory, XDG_CONFIG_HOME: directory },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

/** The value of `auth`. */
export function passwordLogin(user: string, password: string): { readonly auth: string } {
  return { auth: Buffer.from(`${user}:${password}`).toString('base64') };
}
