import { runs } from '../../shell/index.ts';
import { CACHES } from '../making/caches.ts';
import { cleanupRule } from '../making/cleanups.ts';
import { hasScratchMount } from '../making/mounts.ts';

export const npmCacheLeft = cleanupRule(
  {
    code: 'NpmCacheLeft',
    severity: 'info',
    requires: 'RUN cleans up after npm, or mounts its cache',
    why: 'npm keeps a compressed copy of each package in ~/.npm, which nothing uses in the image.',
  },
  {
    fills: (command) => runs(command, 'npm', 'install', 'i', 'ci'),
    cleans: (command) =>
      runs(command, 'npm', 'cache') || runs(command, 'rm', '/root/.npm', '~/.npm'),
    isMounted: ({ instruction }) => hasScratchMount(instruction, '.npm'),
    isAboutImages: true,
    cache: CACHES.npm,
    command: () => 'npm cache clean --force',
  },
);
