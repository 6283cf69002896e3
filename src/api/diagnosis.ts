import type { IsolationReport } from '../runtime/index.ts';
import type { StoreOptions } from './store-options.ts';

export interface DiagnoseOptions extends StoreOptions {
  /** Registries to reach, by the host in image names. Default: `docker.io`. Empty: contact no server. */
  readonly registries?: readonly string[] | undefined;
}

/** What a finding is about. */
export type DiagnosisTopic =
  | 'node'
  | 'run'
  | 'store'
  | 'layers'
  | 'ids'
  | 'limits'
  | 'platforms'
  | 'registries'
  | 'trust'
  | 'tools';

/** One thing that this machine can or cannot do. */
export interface DiagnosisFinding {
  readonly topic: DiagnosisTopic;
  /** `failed`: builds with RUN do not work until it is mended. `limited`: they work, and something else does not. */
  readonly status: 'ok' | 'limited' | 'failed';
  /** What was found: lower case, no full stop. */
  readonly message: string;
  /** A command or change that mends it; undefined for `ok`, and where nothing helps. */
  readonly fix?: string | undefined;
}

/** What this machine can do for builds, and what it cannot. */
export interface Diagnosis {
  /** The version of lamina. */
  readonly version: string;
  /** Of this machine: `linux/amd64`. */
  readonly platform: string;
  /** Whether builds with RUN work here: no finding is `failed`. */
  readonly canRun: boolean;
  /** Strongest first. */
  readonly isolations: readonly IsolationReport[];
  /** In the order of topics. */
  readonly findings: readonly DiagnosisFinding[];
}
