/** Options and results of `lamina debug`. */
import type { OutputReceivers } from '../container/index.ts';
import type { IsolationChoice } from '../runtime/index.ts';
import type { BuildOptions, SecretSource, SshSource } from './build.ts';
import type { RegistryEvent } from './registries.ts';
import type { StoreOptions } from './store-options.ts';

/** What to look into: an image, what a Dockerfile builds, or the step that failed last. Whatever happens there is discarded. */
export interface DebugOptions extends StoreOptions {
  /** An image, pulled if the store lacks it. Neither this nor `build`: the step that failed last. */
  readonly image?: string | undefined;
  /** `os/arch[/variant]` of `image`. */
  readonly platform?: string | undefined;
  /** What to build first, from a Dockerfile in a directory: outputs and tags are ignored. */
  readonly build?: BuildOptions | undefined;
  /** Stop `build` after this step of the target stage, as displays count them: 2 for `[2/4]`. */
  readonly step?: number | undefined;
  /** Default: a shell of the image, else that of `tools`, else busybox of this machine. */
  readonly command?: readonly string[] | undefined;
  /** An image whose `/bin` has static programs, such as `busybox:musl`, for images without a shell. */
  readonly tools?: string | undefined;
  /** `[user][:group]`; undefined: that of the step or the image. */
  readonly user?: string | undefined;
  /** Secrets of a failed step's mounts. Default: from the files and variables from which the build took them; values are not kept. */
  readonly secrets?: readonly SecretSource[] | undefined;
  readonly ssh?: readonly SshSource[] | undefined;
  /** Keep the caller's standard input open and pass it on. */
  readonly interactive?: boolean | undefined;
  /** Give the process a terminal: the caller's own. */
  readonly tty?: boolean | undefined;
  /** Default: LAMINA_ISOLATION of the instance's environment, else `auto`. */
  readonly isolation?: IsolationChoice | undefined;
  readonly stdio?: 'inherit' | OutputReceivers | undefined;
  /** Called before the process starts. */
  readonly onOpen?: ((opened: OpenedForDebug) => void) | undefined;
  /** Receives the progress of a pull. */
  readonly onPull?: ((event: RegistryEvent) => void) | undefined;
}

/** What a process is about to look into. */
export interface OpenedForDebug {
  /** For people: the instruction of a failed step, or the image. */
  readonly name: string;
  /** Where a failed step is: `Dockerfile:4`. */
  readonly place?: string | undefined;
  readonly isFailedStep: boolean;
  /** The program that is started. */
  readonly program: string;
  /** Whether the program comes from outside the image. */
  readonly isForeign: boolean;
  /** Mounts of a failed step that are not there, and why: `the secret 'token' was not given`. */
  readonly missing: readonly string[];
}
