/** The ways in which lamina isolates the processes of RUN and of containers, as data. */

/**
 * - `oci`: containers of runc or crun, as root
 * - `builtin`: the same namespaces, capabilities and filters, made by lamina itself, as root
 * - `userns`: namespaces as with `builtin`, as root of a user namespace
 * - `chroot`: another root directory, with copies of the layers' files, as root of an ordinary container
 */
export type Isolation = 'oci' | 'builtin' | 'userns' | 'chroot';

/** Strongest first. */
export const ISOLATIONS: readonly Isolation[] = ['oci', 'builtin', 'userns', 'chroot'];

/** `auto`: the strongest that works on this machine. */
export type IsolationChoice = Isolation | 'auto';
