import type { HistoryRow } from '../../api/index.ts';
import { humanSize } from '../../progress/index.ts';
import { ago } from '../ago.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { type Row, renderRows } from '../rows.ts';
import { shortId } from './images.ts';

const WIDEST_CREATED_BY = 45;

export const historyCommand = defineCommand({
  usage: '[OPTIONS] IMAGE',
  summary: 'show the history of an image, step by step',
  description: [
    'The newest step comes first. SIZE is the size of the files that the step added. Only the first line has an ID: ' +
      'that of the image.',
  ],
  flags: {
    'no-trunc': { kind: 'switch', help: 'do not truncate output' },
    quiet: { kind: 'switch', short: 'q', help: 'print only image IDs' },
    human: {
      kind: 'text',
      short: 'H',
      bare: 'true',
      value: 'true|false',
      choices: ['true', 'false'],
      help: 'print sizes and dates in readable form (default: true)',
    },
    format: {
      kind: 'text',
      value: 'format',
      help: 'table, json, or a Go template of .ID .CreatedSince .CreatedAt .CreatedBy .Size .Comment',
    },
    ...storeFlags,
    platform: { kind: 'text', help: 'platform of the image', notYet: 'remove the option' },
  },
  args: [1, 1],
  examples: [
    { command: 'lamina history hello', text: 'see what each step added' },
    {
      command: "lamina history --no-trunc --format '{{.Size}}\\t{{.CreatedBy}}' hello",
      text: 'print sizes and full instructions',
    },
  ],
  async run({ flags, args }, context) {
    const api = await context.api();
    const rows = await api.imageHistory({
      image: args[0] ?? '',
      root: rootOf(flags, context),
      signal: context.signal,
    });
    const style = { whole: flags['no-trunc'], human: flags.human !== 'false' };
    const shown = rows.map((row) => rowOf(row, style));
    const text = flags.quiet
      ? shown.map(({ ID }) => `${ID}\n`).join('')
      : renderRows(shown, format, flags.format);
    await context.io.stdout.write(text);
    return 0;
  },
});

const format = {
  columns: {
    ID: 'IMAGE',
    CreatedSince: 'CREATED',
    CreatedBy: 'CREATED BY',
    Size: 'SIZE',
    Comment: 'COMMENT',
  },
  more: { CreatedAt: 'CREATED AT' },
};

interface Style {
  readonly whole: boolean;
  readonly human: boolean;
}

function rowOf(row: HistoryRow, { whole, human }: Style): Row {
  const time = row.created === undefined ? Number.NaN : Date.parse(row.created);
  const known = !Number.isNaN(time);
  const createdAt = known ? new Date(time).toISOString().replace('.000Z', 'Z') : 'N/A';
  return {
    ID: row.id === undefined ? '<missing>' : shortId(row.id, whole),
    CreatedAt: createdAt,
    CreatedSince: human && known ? ago(time, Date.now()) : createdAt,
    CreatedBy: createdBy(row.createdBy, whole),
    Size: row.size === undefined ? 'N/A' : human ? humanSize(row.size) : String(row.size),
    Comment: row.comment,
  };
}

/** On one line, and in a table truncated as by Docker. */
function createdBy(text: string, whole: boolean): string {
  const line = text.replaceAll('\t', ' ').replaceAll('\n', ' ');
  if (whole) return line;
  const characters = [...line];
  return characters.length <= WIDEST_CREATED_BY
    ? line
    : `${characters.slice(0, WIDEST_CREATED_BY - 1).join('')}…`;
}
