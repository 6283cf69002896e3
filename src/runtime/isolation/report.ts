import type { Isolation } from '../process/index.ts';

/** What one isolation is worth on this machine, for this user. */
export interface IsolationReport {
  readonly isolation: Isolation;
  readonly works: boolean;
  /** What it does not give that `oci` does, as short noun phrases: `private network`. */
  readonly lacks: readonly string[];
  /** Why it does not work here; undefined if it works. */
  readonly reason?: string | undefined;
  /** A command or change that makes it work, in the imperative; undefined if it works, or if nothing helps. */
  readonly fix?: string | undefined;
}
