import { AppError } from '../../errors.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';

export const exportCommand = defineCommand({
  usage: '[OPTIONS] IMAGE',
  summary: 'write the files of an image as a tar',
  description: [
    'The tar holds the root file system as containers see it, without layers and config; lamina import reads it. ' +
      'docker export takes a container; lamina export takes an image, since containers do not outlive their process.',
  ],
  flags: {
    output: {
      kind: 'text',
      short: 'o',
      value: 'path',
      help: 'write to a file instead of standard output',
    },
    ...storeFlags,
  },
  args: [1, 1],
  examples: [{ command: 'lamina export app | tar -t', text: 'list the files of an image' }],
  async run({ flags, args }, context) {
    const [image = ''] = args;
    const { stdout } = context.io;
    if (flags.output === undefined && stdout.isTerminal) {
      throw new AppError('CLI_TERMINAL_OUTPUT', 'cannot write a tar to the terminal', {
        hint: 'use -o FILE, or redirect standard output',
      });
    }
    const api = await context.api();
    await api.exportImage({
      image,
      destination: flags.output ?? ((chunk) => stdout.write(chunk)),
      root: rootOf(flags, context),
      signal: context.signal,
    });
    return 0;
  },
});
