/** Opens the registry client for one call. */
import type { RegistryCallOptions } from '../api/index.ts';
import { openRegistries, type Registries } from '../registry/index.ts';

export async function withRegistries<T>(
  { env, signal }: RegistryCallOptions,
  work: (registries: Registries) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  await using registries = openRegistries({ env, signal });
  return await work(registries);
}
