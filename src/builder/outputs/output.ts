/** The parsed outputs of a build. */
import type { LayerEncoding } from '../../image/index.ts';
import type { Annotation } from './annotations.ts';

/** The format of an image. */
export interface ImageForm {
  readonly encoding: LayerEncoding;
  readonly ociTypes: boolean;
  readonly annotations: readonly Annotation[];
  /** Whether the user set any of it, so that it is not only the default. */
  readonly isAsked: boolean;
}

/** Which of the possible images of one result's layers is written. */
export interface ImageTimes {
  /** Seconds since the epoch; undefined: the build's. */
  readonly epoch: number | undefined;
  /** Whether an epoch changes the times of files too. */
  readonly rewrite: boolean;
}

/** The time of an image, in seconds since 1970. @param ofBuild applies unless the output sets one */
export function epochOf(ofBuild: number | undefined, { epoch }: ImageTimes): number | undefined {
  return epoch ?? ofBuild;
}

export interface PushSettings {
  readonly byDigest: boolean;
  /** Names must have no tag then. */
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
      /** Also store each name with the digest. */
      readonly canonical: boolean;
      readonly push: PushSettings | undefined;
    })
  | (Named & {
      readonly kind: 'archive';
      readonly format: 'oci' | 'docker';
      readonly dest: string;
      readonly tar: boolean;
    })
  /** Into the store of Docker or Podman, if there is one, and into our own. */
  | (Named & { readonly kind: 'load'; readonly context: string | undefined })
  | Files
  | { readonly kind: 'nothing' };

export type Files = {
  readonly dest: string;
  /** A directory for each platform; undefined: if there are several. */
  readonly split: boolean | undefined;
  readonly times: ImageTimes;
} & ({ readonly kind: 'tar' } | { readonly kind: 'local'; readonly mode: 'copy' | 'delete' });
