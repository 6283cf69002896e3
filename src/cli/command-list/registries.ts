/** Commands that talk to registries. */
import type { ListedCommand } from './entry.ts';

export const registryCommands: readonly ListedCommand[] = [
  {
    name: 'pull',
    aliases: ['image pull'],
    summary: 'download an image from a registry',
    load: async () => (await import('../commands/pull.ts')).pullCommand,
  },
  {
    name: 'push',
    aliases: ['image push'],
    summary: 'upload an image to a registry',
    load: async () => (await import('../commands/push.ts')).pushCommand,
  },
  {
    name: 'copy',
    aliases: [],
    summary: 'copy images between registries, layouts and the store',
    load: async () => (await import('../commands/copy.ts')).copyCommand,
  },
  {
    name: 'manifest inspect',
    aliases: [],
    summary: 'show a manifest or index in a registry',
    load: async () => (await import('../commands/manifest-inspect.ts')).manifestInspectCommand,
  },
  {
    name: 'manifest create',
    aliases: [],
    summary: 'create a list of images to push as one index',
    load: async () => (await import('../commands/manifest-list.ts')).manifestCreateCommand,
  },
  {
    name: 'manifest annotate',
    aliases: [],
    summary: 'set the platform of an image in a list',
    load: async () => (await import('../commands/manifest-list.ts')).manifestAnnotateCommand,
  },
  {
    name: 'manifest push',
    aliases: [],
    summary: 'push a list as an index, together with its images',
    load: async () => (await import('../commands/manifest-list.ts')).manifestPushCommand,
  },
  {
    name: 'manifest rm',
    aliases: [],
    summary: 'remove lists that were not pushed',
    load: async () => (await import('../commands/manifest-list.ts')).manifestRemoveCommand,
  },
  {
    name: 'imagetools create',
    aliases: ['buildx imagetools create'],
    summary: 'tag an image in a registry, or combine images in an index',
    load: async () => (await import('../commands/imagetools-create.ts')).imagetoolsCreateCommand,
  },
  {
    name: 'imagetools inspect',
    aliases: ['buildx imagetools inspect'],
    summary: 'show the platforms of an image in a registry',
    load: async () => (await import('../commands/imagetools-inspect.ts')).imagetoolsInspectCommand,
  },
  {
    name: 'ls',
    aliases: [],
    summary: 'list the tags of a repository in a registry',
    load: async () => (await import('../commands/ls.ts')).lsCommand,
  },
  {
    name: 'login',
    aliases: [],
    summary: 'log in to a registry',
    load: async () => (await import('../commands/login.ts')).loginCommand,
  },
  {
    name: 'logout',
    aliases: [],
    summary: 'remove the saved login of a registry',
    load: async () => (await import('../commands/logout.ts')).logoutCommand,
  },
];
