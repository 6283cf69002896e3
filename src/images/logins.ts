/** Logging in to registries, and out. */
import type { LoginOptions, LoginResult, LogoutOptions } from '../api/index.ts';
import { AppError } from '../errors.ts';
import { parseReference } from '../oci/index.ts';
import { type Credentials, credentialsFor, loadLogins } from '../registry/index.ts';
import { withRegistries } from './with-registries.ts';

const DOCKER_HUB = 'docker.io';

/**
 * Tries a login and keeps it where Docker would; without a login tries the one that is kept.
 *
 * @throws AppError REGISTRY_UNAUTHORIZED, REGISTRY_UNREACHABLE, REGISTRY_CREDENTIALS, REGISTRY_HELPER,
 *   REFERENCE_INVALID
 */
export async function login(options: LoginOptions): Promise<LoginResult> {
  const registry = registryOf(options.server);
  if (options.login === undefined) return loginAgain(registry, options);
  const { username, password } = options.login;
  await check(registry, { kind: 'password', username, password }, options);
  const { keepLogin } = await loadLogins();
  const kept = await keepLogin({ registry, username, password }, options);
  return { succeeded: true, unencryptedFile: kept.unencryptedFile };
}

async function loginAgain(registry: string, options: LoginOptions): Promise<LoginResult> {
  const none = { succeeded: false, unencryptedFile: undefined };
  const kept = await credentialsFor(registry, '', options);
  if (kept === undefined) return none;
  try {
    await check(registry, kept, options);
    return { ...none, succeeded: true };
  } catch (error) {
    if (error instanceof AppError && error.code === 'REGISTRY_UNAUTHORIZED') return none;
    throw error;
  }
}

function check(registry: string, credentials: Credentials, options: LoginOptions): Promise<void> {
  const { signal } = options;
  return withRegistries(options, (registries) =>
    registries.checkLogin(registry, credentials, { signal }),
  );
}

/**
 * Forgets a login.
 *
 * @returns whether there was one
 * @throws AppError REGISTRY_CREDENTIALS, REGISTRY_HELPER, REFERENCE_INVALID
 */
export async function logout(options: LogoutOptions): Promise<boolean> {
  const { dropLogin } = await loadLogins();
  return dropLogin(registryOf(options.server), options);
}

/** People give a host, a URL, or with Podman the name of a repository. */
function registryOf(server: string | undefined): string {
  if (server === undefined || server === '') return DOCKER_HUB;
  const bare = server.replace(/^https?:\/\//, '').replace(/\/.*$/s, '');
  if (/^(index\.|registry-1\.)?docker\.io$/.test(bare)) return DOCKER_HUB;
  try {
    // A host without a dot is one here, though in references it would be a part of a path.
    parseReference(`${bare}${/[.:]/.test(bare) ? '' : ':443'}/x`);
  } catch {
    throw new AppError('REFERENCE_INVALID', `${JSON.stringify(bare)} is no host of a registry`, {
      expected: 'a host with its port, if any: registry.example.com:5000',
    });
  }
  return bare;
}
