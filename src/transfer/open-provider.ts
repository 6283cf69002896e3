/** Registries for the life of a store, opened on first use; they also fetch its lazy layers. */
import type { Environment } from '../environment.ts';
import type { Registries } from '../registry/index.ts';
import type { FetchRequest, LayerProvider, LazyLayer, Store } from '../store/index.ts';

/** For `Store.open`, which disposes of it. Opens nothing before its first use. */
export class RegistryProvider implements LayerProvider {
  readonly #env: Environment;
  #opened: Promise<Registries> | undefined;

  /** @param env the caller's environment: proxies, certificates, configurations of Docker and Podman */
  constructor(env: Environment) {
    this.#env = env;
  }

  registries(): Promise<Registries> {
    this.#opened ??= import('../registry/index.ts').then(({ openRegistries }) =>
      openRegistries({ env: this.#env }),
    );
    return this.#opened;
  }

  async *fetch(
    lazy: LazyLayer,
    request: FetchRequest,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { registryLayers } = await import('./registry-layers.ts');
    yield* registryLayers(() => this.registries()).fetch(lazy, request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#opened)?.[Symbol.asyncDispose]();
  }
}

/** The registries a store was opened with; undefined: it was opened without any. */
export function registriesOf({ provider }: Store): (() => Promise<Registries>) | undefined {
  return provider instanceof RegistryProvider ? () => provider.registries() : undefined;
}
