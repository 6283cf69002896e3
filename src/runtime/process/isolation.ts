/** The ways in which lamina isolates the processes of RUN and of containers, as data. */

/**
 * - `oci`: containers of runc or crun, as root
 * - `builtin`: the same namespaces, capabilities and filters, made by lamina itself, as root
 * - `userns`: namespaces as with `builtin`, as root of a user namespace
 * - `chroot`: another root directory, with copies of the layers' files, as root of an ordinary container
 * - `proot`: paths that are translated, by tracing system calls, for any user
 */
export type Isolation = 'oci' | 'builtin' | 'userns' | 'chroot' | 'proot';

/** Strongest first. */
export const ISOLATIONS: readonly Isolation[] = ['oci', 'builtin', 'userns', 'chroot', 'proot'];

/** `auto`: the strongest that works on this machine. */
export type IsolationChoice = Isolation | 'auto';
