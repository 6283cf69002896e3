/** What images are read from: a registry, a layout, the store. */
import type { Reference } from '../oci/index.ts';
import type { Registries } from '../registry/index.ts';

export type Content = Pick<Registries, 'manifest' | 'blob' | 'hasBlob' | 'referrers'>;

/** The content of one name; whoever opened it disposes of it. */
export interface ImageSource extends AsyncDisposable {
  readonly content: Content;
  /** What it is called there. */
  readonly reference: Reference;
}
