/** What `lamina run` takes and gives back. */
import type { PulledImage, RegistryEvent } from './registries.ts';
import type { HostAlias, NetworkMode, StoreOptions } from './store-options.ts';

export interface RunOptions extends StoreOptions {
  readonly image: string;
  /** When to ask the registry for the image. Default: when the store lacks it. */
  readonly pull?: 'always' | 'missing' | 'never' | undefined;
  /** Told of a pull. */
  readonly onPull?: ((event: RegistryEvent) => void) | undefined;
  readonly onPulled?: ((image: PulledImage) => void) | undefined;
  /** `os/arch[/variant]`; undefined: whatever the name means here, else the host's. */
  readonly platform?: string | undefined;
  /** Replaces the image's CMD when not empty. */
  readonly command: readonly string[];
  /** Replaces the image's ENTRYPOINT; an empty string removes it. */
  readonly entrypoint?: string | undefined;
  /** Keep the caller's standard input open and pass it on. */
  readonly interactive?: boolean | undefined;
  /** Give the process a terminal: the caller's own. */
  readonly tty?: boolean | undefined;
  /** `NAME=value`, in order; already resolved against the caller's environment. */
  readonly env?: readonly string[] | undefined;
  readonly volumes?: readonly VolumeSpec[] | undefined;
  readonly workdir?: string | undefined;
  readonly user?: string | undefined;
  readonly name?: string | undefined;
  readonly hostname?: string | undefined;
  readonly network?: NetworkMode | undefined;
  readonly addHosts?: readonly HostAlias[] | undefined;
  readonly readonlyRoot?: boolean | undefined;
  /**
   * Where the process's output goes. `inherit`: the caller's own file descriptors 0 to 2 (what the command line
   * wants, and the only way with `tty`); else the functions receive it.
   */
  readonly stdio?:
    | 'inherit'
    | { readonly stdout: (data: Uint8Array) => void; readonly stderr: (data: Uint8Array) => void }
    | undefined;
}

export interface VolumeSpec {
  /** Absolute host path. */
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  readonly readonly: boolean;
}

export interface RunResult {
  /** Exit status of the process; 128 + number when a signal ended it. */
  readonly exitCode: number;
  readonly signal: string | undefined;
}
