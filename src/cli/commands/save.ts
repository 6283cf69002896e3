import { archiveDestination, archiveFlags } from '../archive-output.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { namespaceOfStore } from '../user-namespace.ts';

export const saveCommand = defineCommand({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  summary: 'write images to an archive',
  description: [
    'The archive goes to standard output, unless --output names a file. docker load, podman load and skopeo read it.',
  ],
  flags: {
    ...archiveFlags,
    format: {
      kind: 'text',
      value: 'format',
      choices: ['docker', 'oci'],
      help: 'archive format (default: docker, which is also an OCI layout)',
    },
    ...storeFlags,
    platform: { kind: 'text', help: 'platform of the image', notYet: 'remove the option' },
  },
  args: [1, Infinity],
  namespace: namespaceOfStore,
  examples: [
    { command: 'lamina save -o hello.tar hello', text: 'write a file' },
    { command: 'lamina save hello | docker load', text: 'give an image to Docker' },
  ],
  async run({ flags, args }, context) {
    const destination = archiveDestination(flags, context.io, 'an archive');
    const api = await context.api();
    await api.saveImages({
      images: args,
      format: flags.format === 'oci' ? 'oci' : 'docker',
      destination,
      root: rootOf(flags, context),
      signal: context.signal,
    });
    return 0;
  },
});
