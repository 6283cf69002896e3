/** Commands that work on images. */
import type { ListedCommand } from './entry.ts';

export const imageCommands: readonly ListedCommand[] = [
  {
    name: 'images',
    aliases: ['image ls', 'image list'],
    summary: 'list images',
    load: async () => (await import('../commands/images.ts')).imagesCommand,
  },
  {
    name: 'history',
    aliases: ['image history'],
    summary: 'show the history of an image, step by step',
    load: async () => (await import('../commands/history.ts')).historyCommand,
  },
  {
    name: 'report',
    aliases: [],
    summary: 'show what is in an image, and what could be removed',
    load: async () => (await import('../commands/report.ts')).reportCommand,
  },
  {
    name: 'sbom',
    aliases: [],
    summary: 'list the packages of an image as a bill of materials',
    load: async () => (await import('../commands/sbom.ts')).sbomCommand,
  },
  {
    name: 'attest ls',
    aliases: ['attest list'],
    summary: 'list the attestations of an image',
    load: async () => (await import('../commands/attest-ls.ts')).attestLsCommand,
  },
  {
    name: 'attest show',
    aliases: ['attest inspect'],
    summary: 'print an attestation of an image as JSON',
    load: async () => (await import('../commands/attest-show.ts')).attestShowCommand,
  },
  {
    name: 'attest verify',
    aliases: [],
    summary: 'verify that attestations belong to their image',
    load: async () => (await import('../commands/attest-verify.ts')).attestVerifyCommand,
  },
  {
    name: 'sign',
    aliases: [],
    summary: 'sign an image in a registry',
    load: async () => (await import('../commands/sign.ts')).signCommand,
  },
  {
    name: 'verify',
    aliases: [],
    summary: 'verify who signed an image in a registry',
    load: async () => (await import('../commands/verify.ts')).verifyCommand,
  },
  {
    name: 'explore',
    aliases: ['dive'],
    summary: 'look into an image in the terminal or a browser',
    load: async () => (await import('../commands/explore.ts')).exploreCommand,
  },
  {
    name: 'check',
    aliases: [],
    summary: 'check an image against limits, for CI',
    load: async () => (await import('../commands/check.ts')).checkCommand,
  },
  {
    name: 'compare',
    aliases: [],
    summary: 'show how two images differ, file by file',
    load: async () => (await import('../commands/compare.ts')).compareCommand,
  },
  {
    name: 'inspect',
    aliases: ['image inspect'],
    summary: 'show detailed information about images, as JSON',
    load: async () => (await import('../commands/inspect.ts')).inspectCommand,
  },
  {
    name: 'tag',
    aliases: ['image tag'],
    summary: 'give an image an additional name',
    load: async () => (await import('../commands/tag.ts')).tagCommand,
  },
  {
    name: 'rmi',
    aliases: ['image rm', 'image remove'],
    summary: 'remove images',
    load: async () => (await import('../commands/rmi.ts')).rmiCommand,
  },
  {
    name: 'save',
    aliases: ['image save'],
    summary: 'write images to an archive',
    load: async () => (await import('../commands/save.ts')).saveCommand,
  },
  {
    name: 'load',
    aliases: ['image load'],
    summary: 'read images from an archive',
    load: async () => (await import('../commands/load.ts')).loadCommand,
  },
  {
    name: 'export',
    aliases: ['container export'],
    summary: 'write the files of an image as a tar',
    load: async () => (await import('../commands/export.ts')).exportCommand,
  },
];
