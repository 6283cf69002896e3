/** Opens the registry client for one call. */
import type { RegistryCallOptions } from '../api/index.ts';
import { openRegistries, type Registries } from '../registry/index.ts';
import { keepAbortReason } from '../system/index.ts';

export function withRegistries<T>(
  { env, signal }: RegistryCallOptions,
  work: (registries: Registries) => Promise<T>,
): Promise<T> {
  return keepAbortReason(signal, async () => {
    await using registries = openRegistries({ env, signal });
    return await work(registries);
  });
}
