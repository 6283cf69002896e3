/** Options and results of listing a build context. */
import type { BuildOptions } from './build.ts';
import type { StoreOptions } from './store-options.ts';

/** The build context to list. */
export interface ListContextOptions extends StoreOptions {
  /** A directory. */
  readonly context: string;
  /**
   * List only what the steps of a target read; undefined: everything that is not ignored. Nothing is built, and the base
   * images are not needed.
   */
  readonly neededBy?: Pick<BuildOptions, 'target' | 'buildArgs' | 'buildContexts'> | undefined;
  /** As for a build: its own ignore file takes precedence over that of the directory. */
  readonly dockerfile?: string | undefined;
  /** A path in the context to explain in `why`. */
  readonly why?: string | undefined;
}

/** A file of a build context. */
export interface ContextFile {
  /** In the context. */
  readonly path: string;
  readonly bytes: number;
}

/** A line of the ignore file, and what it excludes. */
export interface IgnoreLine {
  readonly line: number;
  readonly pattern: string;
  readonly files: number;
  readonly bytes: number;
}

/** The files of a build context, and what is excluded. */
export interface ContextListing {
  /** What would be sent to a build that needs everything, or to `neededBy`, largest first; directories are not listed. */
  readonly files: readonly ContextFile[];
  readonly bytes: number;
  /** Path for display; undefined if there is none. */
  readonly ignoreFile: string | undefined;
  /** Lines that exclude something, largest first. */
  readonly ignored: readonly IgnoreLine[];
  readonly why: ContextReason | undefined;
}

/** Why a path of a context is included or ignored. */
export interface ContextReason {
  readonly path: string;
  /** Undefined: the path does not exist. */
  readonly kind: 'file' | 'directory' | undefined;
  readonly ignored: boolean;
  /** The last line that matched; for an included path, the exception. */
  readonly decidedBy:
    | { readonly file: string; readonly line: number; readonly pattern: string }
    | undefined;
  /** Of a directory: files below it that are sent, which may be some even if it is ignored itself. */
  readonly sentBelow: number | undefined;
}
