/** The ways in which lamina isolates the processes of RUN and of containers, as data. */

/** `oci`: containers of runc or crun, as root. */
export type Isolation = 'oci';

/** Strongest first. */
export const ISOLATIONS: readonly Isolation[] = ['oci'];

/** What one isolation is worth on this machine, for this user. */
export interface IsolationReport {
  readonly isolation: Isolation;
  readonly works: boolean;
  /** What it does not give that `oci` does, as short noun phrases: `a network of its own`. */
  readonly lacks: readonly string[];
  /** Why it does not work here; undefined if it works. */
  readonly reason?: string | undefined;
  /** A command or change that makes it work, in the imperative; undefined if it works, or if nothing helps. */
  readonly fix?: string | undefined;
}
