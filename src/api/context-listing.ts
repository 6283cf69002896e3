/** What is asked, and told, of a build context. */
import type { BuildOptions } from './build.ts';
import type { StoreOptions } from './store-options.ts';

/** The build context to list. */
export interface ListContextOptions extends StoreOptions {
  /** A directory. */
  readonly context: string;
  /**
   * Only what the steps of a target read; undefined: all that is not ignored. Nothing is built, and base images need not
   * be there.
   */
  readonly neededBy?: Pick<BuildOptions, 'target' | 'buildArgs' | 'buildContexts'> | undefined;
  /** As for a build: its own ignore file, if it has one, goes before that of the directory. */
  readonly dockerfile?: string | undefined;
  /** A path in the context about which `why` is asked. */
  readonly why?: string | undefined;
}

/** A file of a build context. */
export interface ContextFile {
  /** In the context. */
  readonly path: string;
  readonly bytes: number;
}

/** A line of the ignore file, and what it leaves out. */
export interface IgnoreLine {
  readonly line: number;
  readonly pattern: string;
  readonly files: number;
  readonly bytes: number;
}

/** The files of a build context, and what is left out. */
export interface ContextListing {
  /** What would be sent to a build that needs everything, or to `neededBy`, largest first; directories are not listed. */
  readonly files: readonly ContextFile[];
  readonly bytes: number;
  /** As shown to people; undefined: there is none. */
  readonly ignoreFile: string | undefined;
  /** Lines that leave out something, the largest first. */
  readonly ignored: readonly IgnoreLine[];
  readonly why: ContextReason | undefined;
}

/** Why a path of a context is sent or not. */
export interface ContextReason {
  readonly path: string;
  /** Undefined: nothing lies there. */
  readonly kind: 'file' | 'directory' | undefined;
  readonly ignored: boolean;
  /** The last line that matched; of a path that is sent, the one that took it back. */
  readonly decidedBy:
    | { readonly file: string; readonly line: number; readonly pattern: string }
    | undefined;
  /** Of a directory: files below it that are sent, which may be some even if it is ignored itself. */
  readonly sentBelow: number | undefined;
}
