import { runs } from '../../shell/index.ts';
import { CACHES } from '../making/caches.ts';
import { cleanupRule } from '../making/cleanups.ts';
import { hasScratchMount } from '../making/mounts.ts';

const PROGRAMS = ['dnf', 'microdnf'];
const VERBS = ['install', 'in', 'upgrade', 'up', 'upgrade-minimal', 'up-min', 'reinstall', 'rei'];

export const dl3040 = cleanupRule(
  {
    code: 'DL3040',
    severity: 'warning',
    requires: 'RUN cleans up after dnf install',
    why: 'dnf keeps metadata and packages, often more than 100 MB, in the layer of the step that used it.',
  },
  {
    fills: (command) => runs(command, PROGRAMS, ...VERBS),
    cleans: (command, program) =>
      runs(command, program, 'clean', 'all') || runs(command, 'rm', '-rf', '/var/cache/libdnf5*'),
    isMounted: ({ instruction }) =>
      hasScratchMount(instruction, '/var/cache/libdnf5') ||
      hasScratchMount(instruction, '.cache/libdnf5') ||
      hasScratchMount(instruction, '/var/cache/dnf'),
    cache: CACHES.dnf,
    command: (program) => `${program} clean all`,
  },
);
