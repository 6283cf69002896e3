export { credentialsFor } from './lookups.ts';
export { openRegistries } from './open-registries.ts';
export type { ProbedEndpoint, ProbedRegistry, RegistryTrouble } from './probe.ts';
export type * from './types.ts';

/** Logins as Docker and Podman keep them. */
export function loadLogins(): Promise<typeof import('./auth/index.ts')> {
  return import('./auth/index.ts');
}

/** Tries the servers of a registry, loaded by those who ask for it. */
export async function loadProbe(): Promise<typeof import('./probe.ts').probeRegistry> {
  return (await import('./probe.ts')).probeRegistry;
}
