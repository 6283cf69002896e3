/** Commands that only exist so that those of Docker work. */
import type { ListedCommand } from './entry.ts';

export const dockerCommands: readonly ListedCommand[] = [
  {
    name: 'buildx ls',
    aliases: ['builder ls'],
    summary: 'show the builder and its platforms',
    load: async () => (await import('../commands/builders.ts')).listBuildersCommand,
  },
  {
    name: 'buildx inspect',
    aliases: ['builder inspect'],
    summary: 'show the builder and its platforms',
    load: async () => (await import('../commands/builders.ts')).inspectBuilderCommand,
  },
  {
    name: 'buildx create',
    aliases: ['builder create'],
    summary: 'do nothing: lamina has only one builder',
    load: async () => (await import('../commands/builders.ts')).createBuilderCommand,
  },
  {
    name: 'buildx use',
    aliases: ['builder use'],
    summary: 'do nothing: lamina has only one builder',
    load: async () => (await import('../commands/builders.ts')).useBuilderCommand,
  },
  {
    name: 'buildx rm',
    aliases: ['builder rm', 'buildx stop', 'builder stop', 'buildx install', 'buildx uninstall'],
    summary: 'do nothing: lamina has only one builder',
    load: async () => (await import('../commands/builders.ts')).removeBuilderCommand,
  },
  {
    name: 'container prune',
    aliases: ['volume prune', 'network prune'],
    summary: 'do nothing: containers leave nothing behind',
    load: async () => (await import('../commands/container-prune.ts')).containerPruneCommand,
  },
];
