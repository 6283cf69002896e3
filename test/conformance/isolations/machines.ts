/** The machines under whose limits the conformance suite runs: one for each isolation, with that as the strongest. */
import { join } from 'node:path';
import { OrdinaryContainer } from '../../support/ordinary-container.ts';
import { OrdinaryUser } from '../../support/ordinary-user.ts';

export const MACHINES = [
  'runc',
  'no-runtime',
  'user',
  'one-id',
  'container',
  'restricted',
] as const;
export type MachineName = (typeof MACHINES)[number];

export interface Machine extends Disposable {
  /** What lamina must choose there by itself. */
  readonly isolation: 'oci' | 'builtin' | 'userns' | 'chroot' | 'proot';
  /** As `RunSettings.wrapper`. */
  readonly wrapper: readonly string[];
  /** Who builds. */
  readonly uid: number;
}

const NOTHING = { [Symbol.dispose]: () => undefined };
/** No entry of /etc/passwd has it. */
const ARBITRARY = 12_345;
const RUNTIMES = ['runc', 'crun'].flatMap((name) =>
  ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'].map((path) => `${path}/${name}`),
);

/** @param directory the only one that can be written on all machines */
export function openMachine(name: MachineName, directory: string): Machine {
  switch (name) {
    case 'runc':
      return { ...NOTHING, isolation: 'oci', wrapper: [], uid: 0 };
    case 'no-runtime': {
      const hide = RUNTIMES.map((path) => `[ ! -e ${path} ] || mount --bind /dev/null ${path}`);
      const script = [...hide, 'exec "$@"'].join('\n');
      const wrapper = ['unshare', '--mount', '--propagation', 'private', 'sh', '-ec', script, 'sh'];
      return { ...NOTHING, isolation: 'builtin', wrapper, uid: 0 };
    }
    case 'user':
    case 'one-id': {
      const user = new OrdinaryUser(join(directory, name), { hasSubordinateIds: name === 'user' });
      return { ...NOTHING, isolation: 'userns', wrapper: user.wrapper, uid: user.uid };
    }
    case 'container': {
      const container = new OrdinaryContainer(directory, { hasMachineNetwork: true });
      return Object.assign(container, { isolation: 'chroot', uid: 0 } as const);
    }
    case 'restricted': {
      const container = new OrdinaryContainer(directory, {
        ...{ uid: ARBITRARY, capabilities: [], noNewPrivileges: true, hasMachineNetwork: true },
      });
      return Object.assign(container, { isolation: 'proot', uid: ARBITRARY } as const);
    }
  }
}
