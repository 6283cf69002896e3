/** Lookups in the machine's configuration files, which load on first use: servers and logins of a repository. */
import type { Endpoint, EndpointPurpose } from './endpoint.ts';
import type { Credentials, RegistryOptions, Repository } from './types.ts';

/**
 * The servers to ask for a repository, in order; the registry itself comes last. With `push`, only those that accept
 * pushes.
 *
 * @throws AppError REGISTRY_BLOCKED, REGISTRY_CONFIG_INVALID
 */
export async function endpointsOf(
  repository: Repository,
  options: RegistryOptions,
  purpose: EndpointPurpose,
): Promise<readonly Endpoint[]> {
  const { findEndpoints } = await import('./hosts/index.ts');
  return findEndpoints(repository, options, purpose);
}

/**
 * The login for a server, if there is one.
 *
 * @param registryKey `Endpoint.credentialKey`
 * @param repository on that server: Podman keeps logins for parts of a registry
 * @throws AppError REGISTRY_CREDENTIALS, REGISTRY_HELPER; neither shows a secret
 */
export async function credentialsFor(
  registryKey: string,
  repository: string,
  options: RegistryOptions,
): Promise<Credentials | undefined> {
  const { findCredentials } = await import('./auth/index.ts');
  return findCredentials(registryKey, repository, options);
}
