/** Options and results of calls that open images of any transport. */
import type { Image, ImageFiles, Index } from '../image/index.ts';
import type { StoreOptions } from './store-options.ts';

export interface OpenImageOptions extends StoreOptions {
  /**
   * A name as skopeo spells it: `oci:DIRECTORY[:TAG]`, `oci-archive:FILE[:TAG]`, `docker-archive:FILE[:NAME]`,
   * `docker://NAME` in a registry, `docker-daemon:NAME` of a running Docker. Without a transport, a name in the store.
   */
  readonly image: string;
  /** Platform of the image to choose from an index, such as `linux/arm64`; undefined: the index itself. */
  readonly platform?: string | undefined;
}

/** An image that stays open until it is disposed of. Its layers are read on demand. */
export interface OpenedImage extends Image, AsyncDisposable {
  /** Reads every layer once, for what is in it. @throws AppError LAYER_…, ARCHIVE_…, REGISTRY_… */
  files(): Promise<ImageFiles>;
}

/** Images for several platforms that stay open until they are disposed of. */
export interface OpenedIndex extends Index, AsyncDisposable {
  /**
   * The image for a platform; it ends with the index.
   *
   * @throws AppError IMAGE_PLATFORM_MISMATCH, PLATFORM_INVALID
   */
  imageFor(platform: string): Promise<OpenedImage>;
}
