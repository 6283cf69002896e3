import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { renderComparison } from '../compare-report.ts';

/** Exit statuses as with cmp and diff. */
const STATUS = { same: 0, different: 1 } as const;

export const compareCommand = defineCommand({
  usage: '[OPTIONS] IMAGE IMAGE',
  summary: 'show how two images differ, file by file',
  description: [
    'Compares the files that containers of the two images see. Lists files that only one image has, and files that differ in ' +
      'content, mode, owner, type or attributes. Times are ignored.',
    'With --layers, compares layer by layer, including times, and names the instruction of each layer. Use this to find out ' +
      'why a rebuild has a different digest.',
    'The exit status is 0 if the images are the same (without --layers: if files and config are the same), and 1 otherwise.',
  ],
  flags: {
    layers: { kind: 'switch', help: 'compare layer by layer, including times' },
    files: { kind: 'number', value: 'n', help: 'number of files to list (default: 50)' },
    format: {
      kind: 'text',
      value: 'format',
      choices: ['text', 'json'],
      help: 'output format (default: text)',
    },
    ...storeFlags,
  },
  args: [2, 2],
  examples: [
    { command: 'lamina compare hello:1.0 hello:1.1', text: 'see what a release changes' },
    {
      command: 'lamina compare --layers hello:1.0 hello:1.1',
      text: 'find the step that made the change',
    },
  ],
  async run({ flags, args }, context) {
    const [a = '', b = ''] = args;
    const { layers, files = 50 } = flags;
    const api = await context.api();
    const root = rootOf(flags, context);
    const result = await api.compareImages({ a, b, layers, root, signal: context.signal });
    const text =
      flags.format === 'json'
        ? `${JSON.stringify(result.comparison)}\n`
        : renderComparison(result, { files });
    await context.io.stdout.write(text);
    const { comparison } = result;
    const same =
      comparison.identical ||
      (result.kind === 'files' &&
        result.comparison.files.length === 0 &&
        comparison.config.length === 0);
    return same ? STATUS.same : STATUS.different;
  },
});
