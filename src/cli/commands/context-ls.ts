import type { ContextListing, ContextReason } from '../../api/index.ts';
import { humanSize } from '../../progress/index.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { jsonText } from '../json-text.ts';
import { renderRows, renderTable } from '../rows.ts';
import { keyValues } from '../values.ts';

export const contextLsCommand = defineCommand({
  usage: '[OPTIONS] [PATH]',
  summary: 'list the files of a build context, and show what is ignored',
  description: [
    'Lists the files in the directory PATH (default: the working directory) that a build can read, largest first. Files ' +
      'that the ignore file excludes are left out. --sizes also shows how much each line of the ignore file excludes.',
    'A build reads only the files that its steps use: --needed and --target list just those.',
  ],
  flags: {
    file: {
      kind: 'text',
      short: 'f',
      value: 'path',
      help: 'Dockerfile of the build; lamina uses its own ignore file if there is one',
    },
    sizes: {
      kind: 'switch',
      help: 'show sizes, the total, and how much each line of the ignore file excludes',
    },
    needed: {
      kind: 'switch',
      help: 'list only what the steps of the target read; works without the base images',
    },
    target: {
      kind: 'text',
      value: 'stage',
      help: 'list only what the steps of this stage, and of the stages it needs, read',
    },
    'build-arg': {
      kind: 'list',
      value: 'name[=value]',
      help: 'set a build argument (ARG), for --needed and --target',
    },
    why: {
      kind: 'text',
      value: 'path',
      help: 'show whether the build can read this path, and which line decides',
    },
    format: {
      kind: 'text',
      value: 'format',
      help: 'table, json, or a Go template of .Path .Size .Bytes; with --why: table or json',
    },
    ...storeFlags,
  },
  args: [0, 1],
  examples: [
    {
      command: 'lamina context ls --sizes',
      text: 'list what a build of this directory can read, largest first',
    },
    {
      command: 'lamina context ls --sizes --target builder',
      text: 'list what the stage builder reads',
    },
    { command: 'lamina context ls --why node_modules', text: 'find the line that ignores a path' },
  ],
  async run({ flags, args }, context) {
    const api = await context.api();
    const listing = await api.listContext({
      context: args[0] ?? '.',
      dockerfile: flags.file,
      why: flags.why,
      neededBy:
        flags.needed || flags.target !== undefined
          ? {
              target: flags.target,
              buildArgs: keyValues(flags['build-arg'], '--build-arg', context.env),
            }
          : undefined,
      root: rootOf(flags, context),
      signal: context.signal,
    });
    const { stdout } = context.io;
    const { why } = listing;
    if (why !== undefined) {
      await stdout.write(flags.format === 'json' ? jsonText(why) : reason(why, listing));
      return why.kind === undefined ? 1 : 0;
    }
    await stdout.write(list(listing, flags));
    return 0;
  },
});

function list(
  listing: ContextListing,
  { sizes, format }: { readonly sizes: boolean; readonly format: string | undefined },
): string {
  const rows = listing.files.map(({ path, bytes }) => ({
    Size: humanSize(bytes),
    Bytes: String(bytes),
    Path: path,
  }));
  if (format !== undefined && format !== 'table') {
    return renderRows(
      rows,
      { columns: { Size: 'SIZE', Path: 'PATH' }, more: { Bytes: 'BYTES' } },
      format,
    );
  }
  if (!sizes) return rows.map(({ Path }) => `${Path}\n`).join('');
  const table = renderRows(rows, { columns: { Size: 'SIZE', Path: 'PATH' } });
  return `${table}\n${total(listing)}${ignored(listing)}`;
}

function total({ files, bytes }: ContextListing): string {
  return `${humanSize(bytes)} in ${count(files.length)}\n`;
}

function ignored({ ignored: lines, ignoreFile }: ContextListing): string {
  if (ignoreFile === undefined) return 'no ignore file\n';
  if (lines.length === 0) return `${ignoreFile} excludes nothing\n`;
  const cells = lines.map(({ line, pattern, files, bytes }) => [
    humanSize(bytes),
    count(files),
    `${ignoreFile}:${line}`,
    pattern,
  ]);
  return `\n${renderTable([['IGNORED', 'FILES', 'LINE', 'PATTERN'], ...cells])}`;
}

function count(files: number): string {
  return files === 1 ? '1 file' : `${files} files`;
}

function reason(why: ContextReason, { ignoreFile }: ContextListing): string {
  const { path, kind, decidedBy, sentBelow } = why;
  const line = decidedBy && `${decidedBy.file}:${decidedBy.line}: ${decidedBy.pattern}`;
  if (kind === undefined) return `${path} does not exist in the context${absent(why, line)}\n`;
  const below =
    sentBelow === undefined
      ? ''
      : `; ${count(sentBelow)} below it ${sentBelow === 1 ? 'is' : 'are'} sent`;
  if (why.ignored) return `${path} is ignored by ${line ?? ignoreFile}${below}\n`;
  if (line !== undefined) return `${path} is sent: re-included by ${line}${below}\n`;
  const because =
    ignoreFile === undefined ? 'there is no ignore file' : `no line of ${ignoreFile} matches it`;
  return `${path} is sent: ${because}${below}\n`;
}

/** Whether a path would be ignored if it existed: a step may create it later. */
function absent({ ignored }: ContextReason, line: string | undefined): string {
  if (line === undefined) return '';
  return ignored
    ? `; it would be ignored by ${line}`
    : `; it would be sent: re-included by ${line}`;
}
