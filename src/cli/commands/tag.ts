import { defineCommand, rootOf, storeFlags } from '../command.ts';

export const tagCommand = defineCommand({
  usage: 'IMAGE NAME[:TAG]',
  summary: 'give an image an additional name',
  description: [
    'IMAGE is a name, an ID, or the beginning of an ID. If another image has the name, it loses it.',
  ],
  flags: { ...storeFlags },
  args: [2, 2],
  examples: [{ command: 'lamina tag hello hello:1.0', text: 'give the image a second name' }],
  async run({ flags, args }, context) {
    const [source = '', target = ''] = args;
    const api = await context.api();
    await api.tag({ source, target, root: rootOf(flags, context), signal: context.signal });
    return 0;
  },
});
