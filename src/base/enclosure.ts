import { AppError } from '../errors.ts';
import { isRoot } from '../system/index.ts';
import { findProgram } from './programs.ts';

/**
 * As root mmdebstrap mounts /proc, /sys and parts of /dev below its temporary directory, for all the machine to see, and
 * leaves them there when it is killed: whoever then removes the directory removes through them. So it only ever runs
 * in a mount and a pid namespace of its own, both of which end with it, and it with lamina.
 */
const NAMESPACES = [
  ...['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child=KILL'],
  ...['--mount-proc', '--'],
];

/** What the call of mmdebstrap begins with. @throws AppError BASE_TOOL_MISSING */
export async function enclosure(): Promise<string[]> {
  const setpriv = await findProgram('setpriv');
  if (!isRoot()) {
    // mmdebstrap makes its own namespaces, and only itself can remove files with the owners they have there.
    return setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'TERM', '--'];
  }
  if (setpriv !== undefined && (await findProgram('unshare')) !== undefined) {
    return [setpriv, '--pdeathsig', 'KILL', '--', ...NAMESPACES];
  }
  throw new AppError('BASE_TOOL_MISSING', 'making a base image as root needs setpriv and unshare', {
    hint: 'install util-linux, which has both: apt-get install util-linux',
  });
}
