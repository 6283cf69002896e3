import { runs } from '../../shell/index.ts';
import { CACHES } from '../making/caches.ts';
import { cleanupRule } from '../making/cleanups.ts';
import { hasScratchMount } from '../making/mounts.ts';

export const dl3036 = cleanupRule(
  {
    code: 'DL3036',
    severity: 'warning',
    requires: 'RUN cleans up after zypper install',
    why: 'zypper keeps metadata and packages in the layer of the step that used it.',
  },
  {
    fills: (command) => runs(command, 'zypper', 'install', 'in'),
    cleans: (command) => runs(command, 'zypper', 'clean', 'cc'),
    isMounted: ({ instruction }) => hasScratchMount(instruction, '/var/cache/zypp'),
    cache: CACHES.zypper,
    command: () => 'zypper clean',
  },
);
