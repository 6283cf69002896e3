/** Commands that only exist so that those of Docker work. */
import type { ListedCommand } from './entry.ts';

export const dockerCommands: readonly ListedCommand[] = [
  {
    name: 'buildx stop',
    aliases: ['builder stop', 'buildx install', 'buildx uninstall'],
    summary: 'do nothing: lamina starts no builders',
    load: async () => (await import('../commands/builders.ts')).stopBuilderCommand,
  },
  {
    name: 'container prune',
    aliases: ['volume prune', 'network prune'],
    summary: 'do nothing: containers leave nothing behind',
    load: async () => (await import('../commands/container-prune.ts')).containerPruneCommand,
  },
];
