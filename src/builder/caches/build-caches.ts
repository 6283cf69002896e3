/** The caches of other machines that one build reads and writes. */

import {
  type BuildFacts,
  type CacheAnswer,
  type CacheStorage,
  exportCache,
  ImportedCaches,
  type ImportedMount,
  importing,
  inlineCache,
  layerOfMount,
  layoutStorage,
  objectStorage,
  registryStorage,
  type SharedKeys,
  seedMount,
  sharedKeys,
} from '../../cache/index.ts';
import { AppError, type Warning } from '../../errors.ts';
import type { VertexId } from '../../graph/index.ts';
import type { ObjectStores } from '../../objects/index.ts';
import type { Registries } from '../../registry/index.ts';
import type { CacheRecords, PortableResults } from '../../solver/index.ts';
import type { ImageLayer, LayerId } from '../../store/index.ts';
import type { Owner, TreeForm } from '../../system/index.ts';
import type { BuildRun } from '../run/build-run.ts';
import { asStep } from '../steps/internal-step.ts';
import { internalStep } from '../steps/step-infos.ts';
import {
  type CacheExportPlan,
  type CacheLocation,
  type CachePlans,
  parseCaches,
} from './parse-cache.ts';

export interface BuildCachesOptions {
  readonly run: BuildRun;
  /** Called when a cache is in a registry; undefined: the store has no registries. */
  readonly registries: (() => Promise<Registries>) | undefined;
  /** Called when a cache is in an object store. */
  readonly objects?: (() => Promise<ObjectStores>) | undefined;
}

/** A cache mount that a step used. */
export interface UsedMount {
  readonly key: string;
  readonly id: string;
  /** Owner on this machine; undefined: the current user. */
  readonly owner: Owner | undefined;
  readonly mode: number;
  /** Of its files. */
  readonly form: TreeForm;
}

/** Whether a cache mount is still as new. */
export type RenewedMounts = (mount: Pick<UsedMount, 'key' | 'id'>) => boolean;

export class BuildCaches {
  readonly #run: BuildRun;
  readonly #registries: () => Promise<Registries>;
  readonly #objects: () => Promise<ObjectStores>;
  readonly #plans: CachePlans;
  readonly #given: ImportedCaches | undefined;
  #imported: ImportedCaches | undefined;
  #lost: string | undefined;
  readonly #used = new Map<string, UsedMount>();
  #isRenewed: RenewedMounts = () => false;
  #facts: BuildFacts | undefined;
  #shared: SharedKeys | undefined;
  #found: PortableResults | undefined;

  /** @throws AppError CACHE_OPTION, REFERENCE_INVALID */
  constructor({ run, registries, objects }: BuildCachesOptions) {
    const { store, warn, signal } = run;
    this.#run = run;
    this.#registries =
      registries ??
      (async () => {
        throw new Error('this store was opened without a way to registries');
      });
    this.#objects =
      objects ??
      (async () => {
        throw new Error('this store was opened without a way to object stores');
      });
    this.#plans = parseCaches({ ...run.options, env: run.env });
    for (const warning of this.#plans.warnings) warn(warning);
    const storages = this.#plans.imports.map((location) => this.#storage(location));
    this.#given =
      storages.length === 0 ? undefined : new ImportedCaches({ store, storages, warn, signal });
    this.#imported = this.#given;
  }

  /** Whether a lazy layer of a cache, of this build or an earlier one, could not be fetched. */
  get areLost(): boolean {
    return this.#lost !== undefined;
  }

  /** Why the caches were given up; undefined: they were not. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /** What each cache of `--cache-from` has answered so far, in their order. */
  answers(): readonly CacheAnswer[] {
    return this.#given?.answers() ?? [];
  }

  /** From now on, steps run if their layers would be lazy ones of a cache. */
  giveUp(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#lost = reason;
    this.#imported = undefined;
    this.#run.warn({
      code: 'CACHE_LAYER_LOST',
      message: `a layer of an imported cache is not available: ${reason}`,
      hint: 'its steps run again; export the cache again',
    });
  }

  /** The store's records with what the caches add to them. */
  records(own: CacheRecords, facts: BuildFacts): CacheRecords {
    this.#facts = facts;
    return this.#imported === undefined ? own : importing(own, this.#imported, facts);
  }

  /**
   * Reads what BuildKit's keys of the steps need, if a cache will be exported. The contexts must still be open.
   * @param steps whose results are known
   */
  async read(steps: readonly VertexId[]): Promise<void> {
    if (this.#plans.exports.length === 0 || this.#facts === undefined) return;
    this.#shared = await sharedKeys(this.#facts, steps);
  }

  /**
   * Receives the results of the steps, before anything is exported.
   * @param portable absent if the solver writes the caches
   */
  async solved(portable: (() => Promise<PortableResults>) | undefined): Promise<void> {
    if (this.#plans.exports.length > 0 || this.#plans.inline) this.#found = await portable?.();
  }

  /** Cache mounts that begin empty in this build, whatever an imported cache has for them. */
  renewed(isRenewed: RenewedMounts): void {
    this.#isRenewed = isRenewed;
  }

  /** Called with each cache mount of a step; fills a new one from an imported cache. */
  readonly mountSeed = async (
    mount: UsedMount,
  ): Promise<((directory: string) => Promise<void>) | undefined> => {
    this.#used.set(mount.key, mount);
    if (this.#isRenewed(mount)) return undefined;
    const found = (await this.#imported?.mounts())?.find(({ key }) => key === mount.key);
    if (found === undefined) return undefined;
    const { store, signal } = this.#run;
    const { form } = mount;
    return (directory) => seedMount(store, found.layer, { directory, form, signal });
  };

  /** The inline cache of an image, if requested. */
  inlineCacheOf(layers: readonly ImageLayer[]): string | undefined {
    if (!this.#plans.inline || this.#found === undefined) return undefined;
    return inlineCache(this.#run.store, layers, this.#found);
  }

  /**
   * Writes the requested caches.
   *
   * @param finalLayers of the built images
   * @throws what writing throws, unless the cache ignores errors
   */
  async export(finalLayers: ReadonlySet<LayerId>): Promise<void> {
    const found = this.#found;
    if (found === undefined) return;
    for (const plan of this.#plans.exports) {
      try {
        await this.#exportOne(plan, found, finalLayers);
      } catch (error) {
        if (!plan.ignoresErrors || this.#run.signal.aborted) throw error;
        this.#run.warn(notExported(this.#storage(plan.location), error));
      }
    }
  }

  async #exportOne(
    { location, mode, encoding, mounts }: CacheExportPlan,
    found: PortableResults,
    finalLayers: ReadonlySet<LayerId>,
  ): Promise<void> {
    const { store, emit, now, signal } = this.#run;
    const storage = this.#storage(location);
    const step = internalStep(`cache ${storage.name}`, `exporting cache to ${storage.name}`);
    await asStep({ emit, now, step }, async (report) => {
      const taken = mounts ? await this.#mounts() : [];
      await exportCache(store, {
        ...{ storage, mode, encoding, found, finalLayers, signal, shared: this.#shared },
        mounts: taken,
        finished: (done, total) => {
          if (done === total) report({ label: 'writing layers', current: total, unit: 'layers' });
        },
      });
    });
  }

  /** Cache mounts used by this build in their current state, and others of earlier exports. */
  async #mounts(): Promise<readonly ImportedMount[]> {
    const { store, signal } = this.#run;
    const mounts: ImportedMount[] = [];
    for (const { key, id, owner, mode, form } of this.#used.values()) {
      const held = await store.cacheMounts.hold(
        { key, id, sharing: 'locked', owner, mode },
        { signal },
      );
      try {
        mounts.push({
          key,
          id,
          layer: await layerOfMount(store, held.directory, { form, signal }),
        });
      } finally {
        held.release();
      }
    }
    const earlier = (await this.#imported?.mounts()) ?? [];
    return [...mounts, ...earlier.filter(({ key }) => !this.#used.has(key))];
  }

  #storage(location: CacheLocation): CacheStorage {
    const { store } = this.#run;
    if (location.kind === 'local') return layoutStorage(location);
    if (location.kind === 'registry') {
      return registryStorage({
        store,
        registries: this.#registries,
        reference: location.reference,
      });
    }
    const { address } = location;
    return objectStorage({
      ...address,
      open: async () => {
        const objects = await this.#objects();
        objects.trust(address.location, address.credentials);
        return objects.open(address.location);
      },
    });
  }
}

function notExported({ name }: CacheStorage, error: unknown): Warning {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: 'CACHE_NOT_EXPORTED',
    message: `the cache was not written to ${name}: ${reason}`,
    hint:
      (error instanceof AppError ? error.hint : undefined) ??
      'set ignore-error=false to make the build fail instead',
  };
}
