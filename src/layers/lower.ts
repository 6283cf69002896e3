/** The one seam between a layer and the overlay mount that uses it. A lower has two forms. */
import type { LayerId } from '../store/index.ts';
import { erofsOf } from './erofs-form.ts';
import { type LayerStore, layerMeta } from './layer-store.ts';
import { type DeriveOptions, treeOf } from './tree-form.ts';

/** Host paths as text. */
export type LowerDirectory =
  | { readonly kind: 'directory'; readonly path: string }
  /** An EROFS image with the metadata, to be mounted with `device`, which has the contents. */
  | { readonly kind: 'erofs'; readonly meta: string; readonly device: string };

export interface LowerOptions extends DeriveOptions {
  /** Whether the caller can mount file-backed EROFS (see `kernelHasErofs`). Default: no. */
  readonly erofs?: boolean | undefined;
}

/**
 * What overlayfs takes as the lower directory of a layer; derived once if needed. An existing tree is used as it
 * is.
 *
 * @throws what `treeOf` throws
 */
export async function lowerOf(
  store: LayerStore,
  id: LayerId,
  options: LowerOptions,
): Promise<LowerDirectory> {
  if (options.erofs === true && !layerMeta(store, id).tree) {
    const form = await erofsOf(store, id, options);
    if (form !== undefined) return { kind: 'erofs', ...form };
  }
  return { kind: 'directory', path: await treeOf(store, id, options) };
}
