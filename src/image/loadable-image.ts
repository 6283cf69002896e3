/** An image found in an archive, before its layers were read. */
import type { ImageParts } from './store/import-image.ts';

export interface LoadableImage extends ImageParts {
  /** Full names with tags. */
  readonly references: readonly string[];
}
