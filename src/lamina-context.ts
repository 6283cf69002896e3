import type { Environment } from './environment.ts';

/** What a call takes from the instance of lamina it belongs to. */
export interface LaminaContext {
  /** Directory of the store. Worked out when it is read: calls that need no store need no home directory either. */
  readonly root: string;
  /** Where everything that depends on the caller's environment looks: proxies, logins, programs, settings. */
  readonly env: Environment;
}
