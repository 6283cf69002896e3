/** Lower directories for overlay mounts: EROFS images where this machine can mount them, else unpacked trees. */
import type { LayerId } from '../store/index.ts';
import type { TreeForm } from '../system/index.ts';
import type { LayerStore } from './layer-store.ts';
import { type LowerDirectory, type LowerOptions, lowerOf } from './lower.ts';

/** What the caller can mount. */
export interface LowerForms {
  /** Of unpacked trees. */
  readonly form: TreeForm;
  readonly erofs: boolean;
}

export interface LowerUse {
  /** Whether an error means that the lowers could not be mounted. Nothing may have changed by then. */
  readonly isMountFailure: (error: unknown) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A kernel with EROFS may be built without reading it from files, or the store may be on a file system that does not
 * support it. The first mount shows it; from then on layers are unpacked.
 */
export class LowerSource {
  readonly #store: LayerStore;
  readonly #forms: () => LowerForms;
  #mayUseErofs = true;
  /** Each of many steps uses all layers below it. They stay as long as the store is open. */
  readonly #known = new Map<LayerId, LowerDirectory>();

  /** @param forms asked for when lowers are */
  constructor(store: LayerStore, forms: () => LowerForms) {
    this.#store = store;
    this.#forms = forms;
  }

  /**
   * Runs `work` with the lower directories of a stack of layers.
   *
   * @param ids bottom first
   * @throws what `lowerOf` and `work` throw
   */
  async use<T>(
    ids: readonly LayerId[],
    work: (lowers: readonly LowerDirectory[]) => Promise<T>,
    options: LowerUse,
  ): Promise<T> {
    const lowers = await this.#lowers(ids, options.signal);
    try {
      return await work(lowers);
    } catch (error) {
      const mayUnpack = lowers.some(({ kind }) => kind === 'erofs');
      if (!mayUnpack || !options.isMountFailure(error)) throw error;
    }
    this.#mayUseErofs = false;
    this.#known.clear();
    return work(await this.#lowers(ids, options.signal));
  }

  #lowers(ids: readonly LayerId[], signal: AbortSignal | undefined): Promise<LowerDirectory[]> {
    const { form, erofs } = this.#forms();
    const options = { form, erofs: erofs && this.#mayUseErofs, signal };
    return Promise.all(ids.map((id) => this.#known.get(id) ?? this.#lower(id, options)));
  }

  async #lower(id: LayerId, options: LowerOptions): Promise<LowerDirectory> {
    const lower = await lowerOf(this.#store, id, options);
    if (lower.kind === 'directory' || this.#mayUseErofs) this.#known.set(id, lower);
    return lower;
  }
}
