/** The one seam between a layer and the overlay mount that uses it: there may be several ways to give a lower. */
import type { LayerId } from '../store/index.ts';
import type { LayerStore } from './layer-store.ts';
import { type DeriveOptions, treeOf } from './tree-form.ts';

/** Host paths as text. */
export type LowerDirectory =
  | { readonly kind: 'directory'; readonly path: string }
  /** An EROFS image with the metadata, to be mounted with `device` as the place of the contents. */
  | { readonly kind: 'erofs'; readonly meta: string; readonly device: string };

export interface LowerOptions extends DeriveOptions {
  /** Whether the caller can mount file-backed EROFS. Default: no. */
  readonly erofs?: boolean | undefined;
}

/**
 * What overlayfs takes as the lower directory of a layer; derived if needed, which happens once.
 *
 * @throws what `treeOf` throws
 */
export async function lowerOf(
  store: LayerStore,
  id: LayerId,
  options: LowerOptions = {},
): Promise<LowerDirectory> {
  return { kind: 'directory', path: await treeOf(store, id, options) };
}
