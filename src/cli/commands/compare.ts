import type { CompareImagesResult } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { renderComparison, renderMarkdownComparison } from '../compare-report.ts';
import { jsonText } from '../json-text.ts';
import { namespaceOfStore } from '../user-namespace.ts';

/** Exit statuses as with cmp and diff. */
const STATUS = { same: 0, different: 1 } as const;
const ROWS = 10;
const LISTED = 50;

export const compareCommand = defineCommand({
  usage: '[OPTIONS] IMAGE IMAGE',
  summary: 'show how two images differ, file by file',
  description: [
    'Compares the files that containers of the two images see. Shows sizes, what a machine that has the first image must still ' +
      'pull, and how config, packages and directories differ, the largest difference first. Then lists files that only one ' +
      'image has, and files that differ in content, mode, owner, type or attributes. Times are ignored.',
    'IMAGE is a name or an ID in the store, the ID of a recorded build, or docker://NAME (a registry), oci:DIRECTORY[:TAG], oci-archive:FILE[:TAG], ' +
      'docker-archive:FILE[:NAME] or docker-daemon:NAME (a running Docker). For two images in the store, the first difference of ' +
      'contents is shown, else their digests.',
    'With --layers, compares layer by layer, including times, and names the instruction of each layer. Use this to find out ' +
      'why a rebuild has a different digest.',
    'The exit status is 0 if the images are the same (without --layers: if files and config are the same), 1 if they differ, ' +
      'and 2 if they could not be compared (125 for an invalid command line).',
  ],
  flags: {
    layers: { kind: 'switch', help: 'compare layer by layer, including times' },
    files: { kind: 'number', value: 'n', help: `number of files to list (default: ${LISTED})` },
    rows: { kind: 'number', value: 'n', help: `rows of each table (default: ${ROWS})` },
    format: {
      kind: 'text',
      value: 'format',
      choices: ['text', 'json', 'markdown'],
      help: 'output format (default: text)',
    },
    markdown: { kind: 'switch', help: 'same as --format markdown, for pull requests' },
    platform: {
      kind: 'text',
      value: 'os/arch',
      help: 'platform of the images, if there are several',
    },
    ...storeFlags,
  },
  args: [2, 2],
  namespace: namespaceOfStore,
  examples: [
    { command: 'lamina compare hello:1.0 hello:1.1', text: 'see what a release changes' },
    {
      command: 'lamina compare --layers hello:1.0 hello:1.1',
      text: 'find the step that made the change',
    },
    {
      command: 'lamina compare --markdown docker://example.com/app:1.0 oci-archive:app.tar',
      text: 'comment on a pull request',
    },
  ],
  async run({ flags, args }, context) {
    const [a = '', b = ''] = args;
    const { layers, platform, rows = ROWS, files = LISTED } = flags;
    const format = formatOf(flags);
    const api = await context.api();
    const root = rootOf(flags, context);
    const { signal, io } = context;
    const result = await api.compareImages({ a, b, layers, platform, root, signal });
    const { columns } = io.stdout.size();
    await io.stdout.write(textOf(result, { format, files, rows, columns }));
    const { comparison } = result;
    const same =
      comparison.identical ||
      (result.kind === 'files' &&
        result.comparison.files.length === 0 &&
        comparison.config.length === 0);
    return same ? STATUS.same : STATUS.different;
  },
});

interface Shape {
  readonly format: string;
  readonly files: number;
  readonly rows: number;
  readonly columns: number;
}

function textOf(result: CompareImagesResult, { format, ...shape }: Shape): string {
  if (format === 'json') return jsonText(result.comparison);
  if (format === 'markdown') return renderMarkdownComparison(result, shape);
  return renderComparison(result, shape);
}

interface FormatFlags {
  readonly format: string | undefined;
  readonly markdown: boolean;
}

function formatOf({ format, markdown }: FormatFlags): string {
  if (!markdown) return format ?? 'text';
  if (format === undefined || format === 'markdown') return 'markdown';
  throw new AppError('CLI_USAGE', `--markdown and --format ${format} exclude each other`, {
    hint: 'give one of them',
  });
}
