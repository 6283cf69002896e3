import type { Environment } from '../environment.ts';
import type { Platform } from '../oci/index.ts';
import type { Emit } from '../progress/index.ts';

export interface BaseOptions {
  /** `debian:bookworm-slim`, `distroless/static`, … */
  readonly name: string;
  readonly platform: Platform;
  /** Of the programs that make it, and where they are looked for. */
  readonly env: Environment;
  /** Undefined: the mirror this machine's own apt uses. */
  readonly mirror?: string | undefined;
  /** Seconds; makes two runs against the same state of the mirror give the same bytes. */
  readonly sourceDateEpoch?: number | undefined;
  /** Where the root file system is put together (some hundred megabytes); undefined: the system's. */
  readonly temporaryDirectory?: string | undefined;
  readonly emit?: Emit | undefined;
  readonly signal?: AbortSignal | undefined;
}
