/** Options and results of `lamina run`. */
import type {
  ContainerSettings,
  DeviceSpec,
  OutputReceivers,
  TmpfsSpec,
  VolumeSpec,
} from '../container/index.ts';
import type {
  Isolation,
  IsolationChoice,
  PublishedPort,
  ResourceLimits,
} from '../runtime/index.ts';
import type { PulledImage, RegistryEvent } from './registries.ts';
import type { StoreOptions } from './store-options.ts';

export type {
  ContainerSettings,
  DeviceSpec,
  Isolation,
  IsolationChoice,
  OutputReceivers,
  PublishedPort,
  ResourceLimits,
  TmpfsSpec,
  VolumeSpec,
};

/** An image, a command, and how its container runs. */
export interface RunOptions extends StoreOptions, ContainerSettings {
  readonly image: string;
  /** When to pull the image. Default: if the store lacks it. */
  readonly pull?: 'always' | 'missing' | 'never' | undefined;
  /** Receives the progress of a pull. */
  readonly onPull?: ((event: RegistryEvent) => void) | undefined;
  /** Receives the pulled image. */
  readonly onPulled?: ((image: PulledImage) => void) | undefined;
  /** `os/arch[/variant]`; undefined: that of the image in the store, else the host's. */
  readonly platform?: string | undefined;
  readonly name?: string | undefined;
}

/** How the process of a container ended. */
export interface RunResult {
  /** Exit status of the process, or 128 + number if a signal ended it. */
  readonly exitCode: number;
  readonly signal: string | undefined;
}
