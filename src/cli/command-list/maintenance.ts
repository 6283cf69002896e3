/** Commands for the store and this machine. */
import type { ListedCommand } from './entry.ts';

export const maintenanceCommands: readonly ListedCommand[] = [
  {
    name: 'builder prune',
    aliases: ['buildx prune'],
    summary: 'remove build cache',
    load: async () => (await import('../commands/prune.ts')).builderPruneCommand,
  },
  {
    name: 'image prune',
    aliases: [],
    summary: 'remove images without a name',
    load: async () => (await import('../commands/prune.ts')).imagePruneCommand,
  },
  {
    name: 'system prune',
    aliases: [],
    summary: 'remove build cache and images without a name',
    load: async () => (await import('../commands/prune.ts')).systemPruneCommand,
  },
  {
    name: 'system df',
    aliases: ['buildx du'],
    summary: 'show disk usage of images and cache',
    load: async () => (await import('../commands/system-df.ts')).systemDfCommand,
  },
  {
    name: 'doctor',
    aliases: [],
    summary: 'show what this machine can do for builds, and how to mend what it cannot',
    load: async () => (await import('../commands/doctor.ts')).doctorCommand,
  },
  {
    name: 'info',
    aliases: ['system info'],
    summary: 'show information about the store and this machine',
    load: async () => (await import('../commands/info.ts')).infoCommand,
  },
  {
    name: 'system check',
    aliases: [],
    summary: 'verify and repair the store',
    load: async () => (await import('../commands/system-check.ts')).systemCheckCommand,
  },
  {
    name: 'explain',
    aliases: [],
    summary: 'explain an error code, a build check or a topic',
    load: async () => (await import('../commands/explain.ts')).explainCommand,
  },
  {
    name: 'completion',
    aliases: [],
    summary: 'print the completion script for a shell',
    load: async () => (await import('../commands/completion.ts')).completionCommand,
  },
  {
    name: 'version',
    aliases: ['buildx version'],
    summary: 'show the version of lamina and what it found on this machine',
    load: async () => (await import('../commands/version.ts')).versionCommand,
  },
];
