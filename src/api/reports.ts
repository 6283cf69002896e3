/** What the public API takes where it reports on images of any transport. */
import type { GivenRates, ImageLimits } from '../analysis/index.ts';
import type { SecretSource } from './build.ts';
import type { StoreOptions } from './store-options.ts';

export interface ReportImageOptions extends StoreOptions {
  /**
   * A reference, an id or the beginning of an id in the store, the id of a build on record, or `docker://NAME`, `oci:DIRECTORY[:TAG]`,
   * `oci-archive:FILE[:TAG]`, `docker-archive:FILE[:NAME]`, `docker-daemon:NAME`.
   */
  readonly image: string;
  /** `os/arch[/variant]`; undefined: of an index the image that is best for this machine. */
  readonly platform?: string | undefined;
  /**
   * The image it is based on, as `image` is named. Undefined: the one that its annotations name, or the largest one in the store
   * whose layers it begins with.
   */
  readonly base?: string | undefined;
  /** Another image, or the id of a build on record, for what changed since then. */
  readonly against?: string | undefined;
  /** Rates for times and costs, in place of the defaults. */
  readonly rates?: GivenRates | undefined;
  /** Called after each layer that was read, with its index. */
  readonly onLayer?: ((layer: number) => void) | undefined;
}

/** Which image is checked, and against which limits. */
export interface CheckImageOptions
  extends Pick<ReportImageOptions, 'image' | 'platform' | 'onLayer' | 'root' | 'signal'> {
  /** Without any, everything there is to say is a note, and the image passes. */
  readonly limits?: ImageLimits | undefined;
  /**
   * Secrets that the build was given. They are looked for in all layers and in the config, as they are, in base64 and hexadecimal, and
   * in compressed files.
   */
  readonly secrets?: readonly SecretSource[] | undefined;
}
