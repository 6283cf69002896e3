/** Starts lamina's command again, in the same process, as root of a user namespace. */
import type { Environment } from '../environment.ts';
import { newUserNamespace, type UsernsRemap } from './new-namespace.ts';

/** The shell ends the process that kept the namespace, and does not wait for it: the kernel forgets it. */
const START = 'trap "" CHLD; kill -KILL "$1"; shift; exec "$@"';

/**
 * Replaces this process: it never returns, unless there can be no user namespace.
 *
 * @param command the program, absolute, and its arguments
 * @param env of the program, and where PATH is
 * @returns why there can be none
 */
export async function enterUserNamespace(
  command: readonly string[],
  { remap, env }: { readonly remap: UsernsRemap; readonly env: Environment },
): Promise<string> {
  if (process.execve === undefined) return 'this Node.js cannot replace its process';
  const made = await newUserNamespace(remap, env);
  if ('refusal' in made) return made.refusal;
  const [nsenter = '', ...rest] = made.enter;
  const args = [nsenter, ...rest, '/bin/sh', '-c', START, 'sh', `${made.pid}`, ...command];
  return process.execve(nsenter, args, { ...env });
}
