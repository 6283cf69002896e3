import { defineCommand } from '../command.ts';
import { jsonText } from '../json-text.ts';

export const lsCommand = defineCommand({
  usage: '[OPTIONS] REPOSITORY',
  summary: 'list the tags of a repository in a registry',
  flags: {
    format: {
      kind: 'text',
      value: 'format',
      choices: ['text', 'json'],
      help: 'output format (default: text)',
    },
  },
  args: [1, 1],
  examples: [{ command: 'lamina ls debian | grep bookworm', text: 'find the tags for bookworm' }],
  async run({ flags, args }, context) {
    const [repository = ''] = args;
    const api = await context.api();
    const tags = await api.listTags({ repository, signal: context.signal });
    const text = flags.format === 'json' ? jsonText(tags) : tags.map((tag) => `${tag}\n`).join('');
    await context.io.stdout.write(text);
    return 0;
  },
});
