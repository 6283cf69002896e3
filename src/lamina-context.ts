import type { MachineLoads } from './concurrency/index.ts';
import type { Environment } from './environment.ts';

/** What a call gets from its instance of lamina. */
export interface LaminaContext {
  /** Directory of the store. Computed on access, so that calls without a store need no home directory. */
  readonly root: string;
  /** The environment for everything that depends on it: proxies, logins, programs, settings. */
  readonly env: Environment;
  /** What the instance's builds have on the nodes of builders. Absent: nothing. */
  readonly machines?: MachineLoads | undefined;
}
