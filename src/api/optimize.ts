/** Options and results of `lamina optimize`. */
import type { BuildOptions } from './build.ts';

/** How to find out whether an image still does what it did. */
export type ImageTest =
  /** Words that run in a container in place of the image's command; the status must be 0. */
  | { readonly kind: 'command'; readonly words: readonly string[] }
  /**
   * A program of this machine, run while a container of the image runs. It gets `LAMINA_IMAGE`, a name of the image, and
   * `LAMINA_ADDRESS`, where the container's ports are; its status must be 0.
   */
  | { readonly kind: 'script'; readonly file: string }
  /** The answer to a GET request must have the status and body that it had before. */
  | { readonly kind: 'http'; readonly port: number; readonly path: string }
  /** The container must end as before, with the same output, or keep running as before. */
  | { readonly kind: 'start' };

/** What to optimize, and how to test it. */
export interface OptimizeOptions
  extends Pick<
    BuildOptions,
    | 'root'
    | 'signal'
    | 'buildArgs'
    | 'buildContexts'
    | 'secrets'
    | 'ssh'
    | 'caCertificates'
    | 'network'
    | 'addHosts'
    | 'allow'
    | 'onEvent'
  > {
  /** A directory. */
  readonly context: string;
  /** Path of the Dockerfile; undefined: the context's `Dockerfile`. */
  readonly dockerfile?: string | undefined;
  /** Default: `{ kind: 'start' }`. */
  readonly test?: ImageTest | undefined;
  /** Also build everything without cache, to measure how long builds take. Default: true. */
  readonly measureBuilds?: boolean | undefined;
  /** Called when a change was tried. */
  readonly onChange?: ((change: TriedChange) => void) | undefined;
}

/** A change of the Dockerfile that was built and tested. */
export interface TriedChange {
  /** `ignore-file`, `lint-fixes`, `needed-files`, `needed-files, production-dependencies`, `ordinary-user`. */
  readonly name: string;
  /** What it does, in one line. */
  readonly what: string;
  readonly kept: boolean;
  /** Why it was not kept; empty if it was. */
  readonly reason: string;
  /** Bytes of file content of the image before the change and with it; equal if it could not be built. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** One version of an image. */
export interface MeasuredImage {
  /** Bytes of file content, as `lamina images` counts them. */
  readonly bytes: number;
  /** Milliseconds of a build without cache, and of the same build again; undefined if not measured. */
  readonly coldMilliseconds: number | undefined;
  readonly warmMilliseconds: number | undefined;
}

/** What became of a Dockerfile. */
export interface OptimizeResult {
  /** The text of the optimized Dockerfile; the given one if no change was kept. */
  readonly dockerfile: string;
  /** The text of its ignore file; undefined if that is unchanged. */
  readonly ignoreFile: string | undefined;
  /** The given Dockerfile: its path, and its text when it was read. */
  readonly source: { readonly path: string; readonly text: string };
  readonly before: MeasuredImage;
  readonly after: MeasuredImage;
  readonly changes: readonly TriedChange[];
}
