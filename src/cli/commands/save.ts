import { AppError } from '../../errors.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';

export const saveCommand = defineCommand({
  usage: '[OPTIONS] IMAGE [IMAGE...]',
  summary: 'write images to an archive',
  description: [
    'The archive goes to standard output, unless --output names a file. docker load, podman load and skopeo read it.',
  ],
  flags: {
    output: {
      kind: 'text',
      short: 'o',
      value: 'path',
      help: 'write to a file instead of standard output',
    },
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
  examples: [
    { command: 'lamina save -o hello.tar hello', text: 'write a file' },
    { command: 'lamina save hello | docker load', text: 'give an image to Docker' },
  ],
  async run({ flags, args }, context) {
    const { stdout } = context.io;
    if (flags.output === undefined && stdout.isTerminal) {
      throw new AppError('CLI_TERMINAL_OUTPUT', 'cannot write an archive to the terminal', {
        hint: 'use -o FILE, or redirect standard output',
      });
    }
    const api = await context.api();
    await api.saveImages({
      images: args,
      format: flags.format === 'oci' ? 'oci' : 'docker',
      destination: flags.output ?? ((chunk) => stdout.write(chunk)),
      root: rootOf(flags, context),
      signal: context.signal,
    });
    return 0;
  },
});
