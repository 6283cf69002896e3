import { archiveDestination, archiveFlags } from '../archive-output.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { namespaceOfStore } from '../user-namespace.ts';

export const exportCommand = defineCommand({
  usage: '[OPTIONS] IMAGE',
  summary: 'write the files of an image as a tar',
  description: [
    'The tar holds the root file system as containers see it, without layers and config; lamina import reads it. ' +
      'docker export takes a container; lamina export takes an image, since containers do not outlive their process.',
  ],
  flags: {
    ...archiveFlags,
    ...storeFlags,
  },
  args: [1, 1],
  namespace: namespaceOfStore,
  examples: [{ command: 'lamina export app | tar -t', text: 'list the files of an image' }],
  async run({ flags, args }, context) {
    const [image = ''] = args;
    const destination = archiveDestination(flags, context.io, 'a tar');
    const api = await context.api();
    await api.exportImage({
      image,
      destination,
      root: rootOf(flags, context),
      signal: context.signal,
    });
    return 0;
  },
});
