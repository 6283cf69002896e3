import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { isRoot } from '../system/index.ts';
import { findProgram } from './programs.ts';

/**
 * As root mmdebstrap mounts /proc, /sys and parts of /dev below its temporary directory, for all the machine to see, and
 * leaves them there when it is killed; removing the directory would then delete through them. So it always runs in its
 * own mount and pid namespaces, which end with it, as it ends with lamina.
 */
const NAMESPACES = [
  ...['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child=KILL'],
  ...['--mount-proc', '--'],
];

/** Path of the scratch directory in the namespace: apt's user may not enter its real path. */
const INSIDE = '/tmp';

const ENTER = `mount --bind "$1" ${INSIDE} && shift && exec "$@"`;

/** How to start a program so that nothing of it outlives lamina. */
export interface Enclosure {
  /** The beginning of the command line. */
  readonly argv: readonly string[];
  /** The scratch directory as the program sees it. */
  readonly scratch: string;
}

/** @throws AppError BASE_TOOL_MISSING */
export async function enclosure(scratch: string, env: Environment): Promise<Enclosure> {
  const setpriv = await findProgram('setpriv', env);
  if (!isRoot()) {
    // mmdebstrap makes its own namespaces, and only itself can remove files with the owners they have there.
    return { argv: setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'TERM', '--'], scratch };
  }
  if (setpriv !== undefined && (await findProgram('unshare', env)) !== undefined) {
    const start = [setpriv, '--pdeathsig', 'KILL', '--', ...NAMESPACES];
    return { argv: [...start, 'sh', '-c', ENTER, 'sh', scratch], scratch: INSIDE };
  }
  throw new AppError('BASE_TOOL_MISSING', 'making a base image as root needs setpriv and unshare', {
    hint: 'install util-linux: apt-get install util-linux',
  });
}
