export { credentialsFor } from './lookups.ts';
export { openRegistries } from './open-registries.ts';
export type * from './types.ts';

/** Logins as Docker and Podman keep them. */
export function loadLogins(): Promise<typeof import('./auth/index.ts')> {
  return import('./auth/index.ts');
}
