/** Login and logout. */
import type { LoginOptions, LoginResult, LogoutOptions } from '../api/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { parseReference } from '../oci/index.ts';
import { type Credentials, credentialsFor, loadLogins } from '../registry/index.ts';
import { withRegistries } from './with-registries.ts';

const DOCKER_HUB = 'docker.io';

export async function login(
  { env }: LaminaContext,
  { server, login: given, signal }: LoginOptions,
): Promise<LoginResult> {
  const registry = registryOf(server);
  if (given === undefined) return loginAgain(registry, { env, signal });
  const { username, password } = given;
  await check(registry, { kind: 'password', username, password }, { env, signal });
  const { keepLogin } = await loadLogins();
  const kept = await keepLogin({ registry, username, password }, { env, signal });
  return { succeeded: true, unencryptedFile: kept.unencryptedFile };
}

interface Asking {
  readonly env: Environment;
  readonly signal: AbortSignal | undefined;
}

async function loginAgain(registry: string, options: Asking): Promise<LoginResult> {
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

function check(registry: string, credentials: Credentials, { env, signal }: Asking): Promise<void> {
  return withRegistries({ env }, { signal }, (registries) =>
    registries.checkLogin(registry, credentials, { signal }),
  );
}

export async function logout(
  { env }: LaminaContext,
  { server, signal }: LogoutOptions,
): Promise<boolean> {
  const { dropLogin } = await loadLogins();
  return dropLogin(registryOf(server), { env, signal });
}

/** Users give a host, a URL or, as with Podman, the name of a repository. */
function registryOf(server: string | undefined): string {
  if (server === undefined || server === '') return DOCKER_HUB;
  const bare = server.replace(/^https?:\/\//, '').replace(/\/.*$/s, '');
  if (/^(index\.|registry-1\.)?docker\.io$/.test(bare)) return DOCKER_HUB;
  try {
    // A host without a dot is accepted here, although in references it would be part of a path.
    parseReference(`${bare}${/[.:]/.test(bare) ? '' : ':443'}/x`);
  } catch {
    throw new AppError('REFERENCE_INVALID', `${JSON.stringify(bare)} is not a registry host`, {
      expected: 'a host, optionally with a port: registry.example.com:5000',
    });
  }
  return bare;
}
