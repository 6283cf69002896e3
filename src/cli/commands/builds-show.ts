import type { BuildRecord, RecordedStep } from '../../api/index.ts';
import { humanDuration, humanSize, printable } from '../../progress/index.ts';
import { ago } from '../ago.ts';
import { defineCommand, storeFlags } from '../command.ts';
import { jsonText } from '../json-text.ts';
import { pastBuild } from '../past-build.ts';
import { renderTable } from '../rows.ts';

export const buildsShowCommand = defineCommand({
  usage: '[OPTIONS] [BUILD | IMAGE]',
  summary: 'show what a past build did',
  description: [
    'Shows the steps with their times, bytes and whether the cache had them, and the sizes of the stages. Without BUILD, the ' +
      'newest build is shown.',
  ],
  flags: {
    format: {
      kind: 'text',
      value: 'format',
      choices: ['text', 'json'],
      help: 'output format (default: text); json is the whole record',
    },
    ...storeFlags,
  },
  args: [0, 1],
  async run(invocation, context) {
    const { flags } = invocation;
    const api = await context.api();
    const record = await api.inspectBuild({
      ...pastBuild(invocation, context),
    });
    await context.io.stdout.write(flags.format === 'json' ? jsonText(record) : render(record));
    return 0;
  },
});

function render(record: BuildRecord): string {
  const { id, dockerfile, target, platforms, names, outcome, error, started, milliseconds } =
    record;
  const facts = [
    ['build', id],
    ['started', `${ago(started, Date.now())}, took ${humanDuration(milliseconds)}`],
    ['outcome', error === null ? outcome : `${outcome}: ${error}`],
    ['Dockerfile', target === '' ? dockerfile : `${dockerfile}, target ${target}`],
    ['platforms', platforms.join(', ')],
    ['names', names.join(', ')],
    ...record.images.map((image) => ['image', image.id]),
  ].filter(([, text]) => text !== '');
  const steps = record.steps.filter(({ instruction }) => instruction !== null);
  const stages = record.stages.map(({ name, bytes, isTarget }) => [
    name,
    bytes === null ? 'unknown' : humanSize(bytes),
    isTarget ? 'the target' : '',
  ]);
  const tables = [
    facts,
    [['STATUS', 'TIME', 'ADDED', 'STEP'], ...steps.map(stepRow)],
    ...(stages.length === 0 ? [] : [[['STAGE', 'SIZE', ''], ...stages]]),
  ];
  return tables
    .map((rows) => renderTable(rows.map((row) => row.map((cell) => printable(cell)))))
    .join('\n');
}

function stepRow({ status, failed, milliseconds, bytes, name }: RecordedStep): string[] {
  const ran = status === 'ran';
  return [
    failed ? 'failed' : status,
    ran ? humanDuration(milliseconds) : '',
    ran ? humanSize(bytes) : '',
    name,
  ];
}
