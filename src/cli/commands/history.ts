import type { HistoryRow } from '../../api/index.ts';
import { humanDuration, humanSize } from '../../progress/index.ts';
import { ago } from '../ago.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { imagePlatformFlag } from '../image-platform-flag.ts';
import { layerProblemText } from '../layer-problem.ts';
import { type Row, type RowFormat, renderRows } from '../rows.ts';
import { shortId } from './images.ts';

const WIDEST_CREATED_BY = 45;

export const historyCommand = defineCommand({
  usage: '[OPTIONS] IMAGE',
  summary: 'show the history of an image, step by step',
  description: [
    'The newest step comes first. SIZE is the size of the files that the step added. Only the first line has an ID: ' +
      'that of the image.',
    'IMAGE is a name or an ID in the store, the ID of a recorded build, or docker://NAME (a registry), oci:DIRECTORY[:TAG], oci-archive:FILE[:TAG], ' +
      'docker-archive:FILE[:NAME] or docker-daemon:NAME (a running Docker).',
    '--wide reads the layers and the records of builds. COMPRESSED is the size of the layer as it is pushed and pulled, RECLAIMABLE what it ' +
      'ships that upper layers hide, and TIME how long the step took when it last ran. If a layer cannot be read, the exit status is 1.',
  ],
  flags: {
    'no-trunc': { kind: 'switch', help: 'do not truncate output' },
    quiet: { kind: 'switch', short: 'q', help: 'print only the image ID' },
    wide: {
      kind: 'switch',
      help: 'also show stages, lines, compressed and reclaimable sizes, and times',
    },
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
      help:
        'table, json, or a Go template of .ID .CreatedSince .CreatedAt .CreatedBy .Size .Comment, and with --wide ' +
        '.Stage .Line .Compressed .Reclaimable .Time',
    },
    ...storeFlags,
    ...imagePlatformFlag,
  },
  args: [1, 1],
  examples: [
    { command: 'lamina history hello', text: 'see what each step added' },
    { command: 'lamina history --wide hello', text: 'see what each step cost' },
    {
      command: "lamina history --no-trunc --format '{{.Size}}\\t{{.CreatedBy}}' hello",
      text: 'print sizes and full instructions',
    },
  ],
  async run({ flags, args }, context) {
    const api = await context.api();
    const rows = await api.imageHistory({
      image: args[0] ?? '',
      platform: flags.platform,
      details: flags.wide,
      root: rootOf(flags, context),
      signal: context.signal,
    });
    const style = {
      whole: flags['no-trunc'],
      human: flags.human !== 'false',
      wide: flags.wide,
    };
    const shown = rows.map((row) => rowOf(row, style));
    const [newest] = rows;
    const text = flags.quiet
      ? newest?.id && `${shortId(newest.id, style.whole)}\n`
      : renderRows(shown, flags.wide ? wideFormat : format, flags.format);
    await context.io.stdout.write(text ?? '');
    const problems = rows.flatMap(problemText);
    await context.io.stderr.write(problems.join(''));
    return problems.length === 0 ? exitStatus.success : exitStatus.failure;
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
} satisfies RowFormat;

const wideFormat: RowFormat = {
  columns: {
    ID: 'IMAGE',
    CreatedSince: 'CREATED',
    CreatedBy: 'CREATED BY',
    Stage: 'STAGE',
    Line: 'LINE',
    Size: 'SIZE',
    Compressed: 'COMPRESSED',
    Reclaimable: 'RECLAIMABLE',
    Time: 'TIME',
  },
  more: { ...format.more, Comment: 'COMMENT' },
};

/** Where there is nothing to show. */
const NONE = '-';

interface Style {
  readonly whole: boolean;
  readonly human: boolean;
  readonly wide: boolean;
}

function rowOf(row: HistoryRow, style: Style): Row {
  const { whole, human } = style;
  const time = row.created === undefined ? Number.NaN : Date.parse(row.created);
  const known = !Number.isNaN(time);
  const createdAt = known ? new Date(time).toISOString().replace('.000Z', 'Z') : 'N/A';
  return {
    ID: row.id === undefined ? NONE : shortId(row.id, whole),
    CreatedAt: createdAt,
    CreatedSince: human && known ? ago(time, Date.now()) : createdAt,
    CreatedBy: createdBy(row.createdBy, whole),
    Size: row.size === undefined ? 'N/A' : sizeText(row.size, style),
    Comment: row.comment,
    ...(style.wide ? detailsOf(row, style) : {}),
  };
}

function detailsOf({ layer }: HistoryRow, style: Style): Row {
  const size = (bytes: number | null | undefined) =>
    bytes === null || bytes === undefined ? NONE : sizeText(bytes, style);
  const time = layer?.milliseconds ?? undefined;
  return {
    Stage: layer?.stage ?? NONE,
    Line: String(layer?.line ?? NONE),
    Compressed: size(layer?.compressed),
    Reclaimable: size(layer?.reclaimable),
    Time: time === undefined ? NONE : style.human ? humanDuration(time) : String(time),
  };
}

function sizeText(bytes: number, { human }: Style): string {
  return human ? humanSize(bytes) : String(bytes);
}

function problemText({ layer }: HistoryRow): string[] {
  if (layer === undefined || layer.problem === null) return [];
  const { index, diffId, problem } = layer;
  return [layerProblemText({ layer: index, digest: diffId, ...problem })];
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
