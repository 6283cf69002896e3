/** The ways in which lamina isolates the processes of RUN and of containers, as data. */

/**
 * - `oci`: containers of runc or crun, as root
 * - `builtin`: the same namespaces, capabilities and filters, made by lamina itself, as root
 * - `chroot`: another root directory, with copies of the layers' files, as root of an ordinary container
 */
export type Isolation = 'oci' | 'builtin' | 'chroot';

/** Strongest first. */
export const ISOLATIONS: readonly Isolation[] = ['oci', 'builtin', 'chroot'];

/** `auto`: the strongest that works on this machine. */
export type IsolationChoice = Isolation | 'auto';
