import type { CheckStoreResult } from '../../api/index.ts';
import { printable } from '../../progress/index.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { jsonText } from '../json-text.ts';
import { namespaceOfStore } from '../user-namespace.ts';

export const systemCheckCommand = defineCommand({
  usage: '[OPTIONS]',
  summary: 'verify and repair the store',
  description: [
    'Reads the whole store: the database, and all layers and blobs, which it compares with their digests. Lists what is ' +
      'damaged and what is lost. The exit status is 1 if there is damage that was not repaired.',
  ],
  flags: {
    repair: {
      kind: 'switch',
      help: 'remove what is damaged, and unpack damaged layers again from their blobs',
    },
    format: {
      kind: 'text',
      value: 'format',
      choices: ['text', 'json'],
      help: 'output format (default: text)',
    },
    ...storeFlags,
  },
  args: [0, 0],
  namespace: namespaceOfStore,
  examples: [{ command: 'lamina system check --repair', text: 'remove what is damaged' }],
  async run({ flags }, context) {
    const api = await context.api();
    const result = await api.checkStore({
      root: rootOf(flags, context),
      repair: flags.repair,
      signal: context.signal,
    });
    const text = flags.format === 'json' ? jsonText(result) : textOf(result);
    await context.io.stdout.write(text);
    return result.sound || result.repaired ? 0 : 1;
  },
});

function textOf(result: CheckStoreResult): string {
  const { root, checked, problems, lost, nameless, repaired } = result;
  const { layers, blobs, images } = checked;
  const lines = [
    `checked ${root}: ${count(layers, 'layer')}, ${count(blobs, 'blob')}, ${count(images, 'image')}`,
    ...section(
      'damaged',
      problems.map(({ path, problem }) => `${path}: ${problem}`),
    ),
    ...section('lost', [
      ...lost.images.map(({ id, names }) => `image ${[...names, id].join(' ')}`),
      ...(lost.steps === 0
        ? []
        : [`${count(lost.steps, 'build step')} (will run again when needed)`]),
    ]),
    ...section('kept without names (name them with `lamina tag`)', nameless),
    advice(result, repaired),
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)];
}

function advice({ sound }: CheckStoreResult, repaired: boolean): string {
  if (sound) return 'nothing is damaged';
  if (repaired) return 'repaired: everything else is intact';
  return '`lamina system check --repair` removes what is damaged and keeps the rest';
}
