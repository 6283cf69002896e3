/** Opens the registry client for one call. */
import type { CallOptions } from '../api/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { openRegistries, type Registries } from '../registry/index.ts';

export async function withRegistries<T>(
  { env }: Pick<LaminaContext, 'env'>,
  { signal }: CallOptions,
  work: (registries: Registries) => Promise<T>,
): Promise<T> {
  await using registries = openRegistries({ env, signal });
  return await work(registries);
}
