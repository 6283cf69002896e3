import type { Credentials } from '../credentials.ts';
import type { RegistryOptions } from '../types.ts';

/** See `credentialsFor`. */
export async function findCredentials(
  _registryKey: string,
  _repository: string,
  _options: RegistryOptions,
): Promise<Credentials | undefined> {
  return undefined;
}
