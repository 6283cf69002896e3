/** Programs as root of a user namespace, started by root of the machine. */
/** Root and 65535 more ids, which are somebody's subordinate ones. */
export const SUBORDINATE = { first: 100_000, map: '0 100000 65536' };

/**
 * The beginning of a command line: the shell waits, in the new namespace, until its parent has mapped the ids.
 * @param map a line for /proc/PID/uid_map
 */
export function inUserNamespace(map: string): readonly string[] {
  const inside = 'read -r _; exec "$@" 0<&3';
  const outside = [
    'exec 3<&0',
    `mkfifo "$0.$$"`,
    `setpriv --reuid ${SUBORDINATE.first} --regid ${SUBORDINATE.first} --clear-groups unshare --user sh -c '${inside}' sh "$@" <"$0.$$" &`,
    `exec 4>"$0.$$"; rm "$0.$$"`,
    `until [ "$(readlink /proc/$!/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do :; done`,
    `echo "${map}" > /proc/$!/uid_map && echo "${map}" > /proc/$!/gid_map && echo go >&4`,
    'exec 4>&-; trap "kill $!" TERM INT; wait $!',
  ];
  return ['sh', '-c', outside.join('\n'), `/tmp/lamina-userns-${process.pid}`];
}
