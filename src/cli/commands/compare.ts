import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { renderComparison } from '../compare-report.ts';

/** As with cmp and diff: the same, not the same. */
const STATUS = { same: 0, different: 1 } as const;

export const compareCommand = defineCommand({
  usage: '[OPTIONS] IMAGE IMAGE',
  summary: 'show what distinguishes two images, file by file',
  description: [
    'Files are compared as a container of each image would see them: those that only one image has, and those that differ in ' +
      'content, mode, owner, type or attributes. Times do not count.',
    'With --layers the images are compared layer by layer, times included, each layer under the instruction that made it: ' +
      'why did a rebuild give another digest?',
    'The exit status is 0 for the same image (or, without --layers, the same files and config), else 1.',
  ],
  flags: {
    layers: { kind: 'switch', help: 'compare layer by layer, times included' },
    files: { kind: 'number', value: 'n', help: 'files to list (default 50)' },
    format: { kind: 'text', value: 'format', choices: ['text', 'json'], help: 'text or json' },
    ...storeFlags,
  },
  args: [2, 2],
  examples: [
    { command: 'lamina compare hello:1.0 hello:1.1', text: 'what a release changes' },
    { command: 'lamina compare --layers hello:1.0 hello:1.1', text: 'which step made the change' },
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
