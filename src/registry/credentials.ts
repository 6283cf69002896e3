/** What a login gives. Where logins are kept is the affair of `auth/`. */
import type { RegistryOptions } from './types.ts';

export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** A refresh token of an OAuth2 server (`identitytoken` in Docker's file). */
  | { readonly kind: 'identity'; readonly token: string }
  /** A bearer token, sent as it is (`registrytoken`). */
  | { readonly kind: 'bearer'; readonly token: string };

/**
 * The login for a server, if there is one.
 *
 * @param registryKey `Endpoint.credentialKey`
 * @param repository on that server: Podman files logins for parts of a registry
 * @throws AppError CREDENTIALS_INVALID, CREDENTIALS_HELPER; neither shows a secret
 */
export async function credentialsFor(
  registryKey: string,
  repository: string,
  options: RegistryOptions,
): Promise<Credentials | undefined> {
  const { findCredentials } = await import('./auth/index.ts');
  return findCredentials(registryKey, repository, options);
}
