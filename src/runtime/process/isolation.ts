/** The ways in which lamina isolates the processes of RUN and of containers, as data. */

/**
 * - `oci`: containers of runc or crun, as root
 * - `builtin`: the same namespaces, capabilities and filters, made by lamina itself, as root
 */
export type Isolation = 'oci' | 'builtin';

/** Strongest first. */
export const ISOLATIONS: readonly Isolation[] = ['oci', 'builtin'];

/** `auto`: the strongest that works on this machine. */
export type IsolationChoice = Isolation | 'auto';
