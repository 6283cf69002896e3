import { runs } from '../../shell/index.ts';
import { CACHES } from '../making/caches.ts';
import { cleanupRule } from '../making/cleanups.ts';
import { hasScratchMount } from '../making/mounts.ts';

export const dl3032 = cleanupRule(
  {
    code: 'DL3032',
    severity: 'warning',
    requires: 'RUN cleans up after yum install',
    why: 'yum keeps metadata and packages, often more than 100 MB, in the layer of the step that used it.',
  },
  {
    fills: (command) => runs(command, 'yum', 'install'),
    cleans: (command) =>
      runs(command, 'yum', 'clean', 'all') || runs(command, 'rm', '-rf', '/var/cache/yum/*'),
    isMounted: ({ instruction }) => hasScratchMount(instruction, '/var/cache/yum'),
    cache: CACHES.yum,
    command: () => 'yum clean all',
  },
);
