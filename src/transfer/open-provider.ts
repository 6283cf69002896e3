/** Registries for the life of a store, opened on first use; they also fetch its lazy layers. */
import type { Environment } from '../environment.ts';
import type { ObjectStores } from '../objects/index.ts';
import type { Registries } from '../registry/index.ts';
import type { FetchRequest, LayerProvider, LazyLayer, Store } from '../store/index.ts';

/** For `Store.open`, which disposes of it. Opens nothing before its first use. */
export class RegistryProvider implements LayerProvider {
  readonly #env: Environment;
  #opened: Promise<Registries> | undefined;
  #objects: Promise<ObjectStores> | undefined;

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

  /** Object stores of caches; loaded when a build has one. */
  objects(): Promise<ObjectStores> {
    this.#objects ??= import('../objects/index.ts').then(
      ({ ObjectStores: Opened }) => new Opened(this.#env),
    );
    return this.#objects;
  }

  async *fetch(
    lazy: LazyLayer,
    request: FetchRequest,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    const { registryLayers } = await import('./registry-layers.ts');
    yield* registryLayers(
      () => this.registries(),
      () => this.objects(),
    ).fetch(lazy, request);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    (await this.#objects)?.[Symbol.dispose]();
    await (await this.#opened)?.[Symbol.asyncDispose]();
  }
}

/** The registries a store was opened with; undefined: it was opened without any. */
export function registriesOf({ provider }: Store): (() => Promise<Registries>) | undefined {
  return provider instanceof RegistryProvider ? () => provider.registries() : undefined;
}

/** The object stores of caches, with the environment that a store was opened with. */
export function objectStoresOf({ provider }: Store): (() => Promise<ObjectStores>) | undefined {
  return provider instanceof RegistryProvider ? () => provider.objects() : undefined;
}
