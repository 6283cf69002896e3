/** What can become of a result, as it was asked for and checked. */
import type { LayerEncoding } from '../../image/index.ts';
import type { Annotation } from './annotations.ts';

/** How an image is written down. */
export interface ImageForm {
  readonly encoding: LayerEncoding;
  readonly ociTypes: boolean;
  readonly annotations: readonly Annotation[];
  /** Whether anything here was asked for, so that it is not merely the default. */
  readonly isAsked: boolean;
}

/** Which image it is that is written, of all that the layers of one result can be. */
export interface ImageTimes {
  /** Seconds since the epoch; undefined: the build's. */
  readonly epoch: number | undefined;
  /** Whether an epoch changes the times of files too. */
  readonly rewrite: boolean;
}

/** The time of an image, in seconds since 1970. @param ofBuild what holds where the output says nothing */
export function epochOf(ofBuild: number | undefined, { epoch }: ImageTimes): number | undefined {
  return epoch ?? ofBuild;
}

export interface PushSettings {
  readonly byDigest: boolean;
  /** Names have to be without a tag then. */
  readonly insecure: boolean;
}

interface Named {
  /** Normalised: the tags of the build, and the output's own. */
  readonly names: readonly string[];
  readonly form: ImageForm;
  readonly times: ImageTimes;
}

export type Output =
  | (Named & {
      readonly kind: 'image';
      /** Keep it in the image store. */
      readonly store: boolean;
      /** Give each name in the store once more, with the digest. */
      readonly canonical: boolean;
      readonly push: PushSettings | undefined;
    })
  | (Named & {
      readonly kind: 'archive';
      readonly format: 'oci' | 'docker';
      readonly dest: string;
      readonly tar: boolean;
    })
  /** Into the store of Docker or Podman, if one is there, and into our own. */
  | (Named & { readonly kind: 'load'; readonly context: string | undefined })
  | Files
  | { readonly kind: 'nothing' };

export type Files = {
  readonly dest: string;
  /** A directory for each platform; undefined: if there are several. */
  readonly split: boolean | undefined;
  readonly times: ImageTimes;
} & ({ readonly kind: 'tar' } | { readonly kind: 'local'; readonly mode: 'copy' | 'delete' });
