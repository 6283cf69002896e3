import type { ImageReport } from '../../api/index.ts';
import { defineCommand, rootOf, storeFlags } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { imagePlatformFlag } from '../image-platform-flag.ts';
import { jsonText } from '../json-text.ts';
import { layerProblemText } from '../layer-problem.ts';
import {
  describeReport,
  readRates,
  renderHtml,
  renderMarkdown,
  renderText,
} from '../report/index.ts';
import { namespaceOfStore } from '../user-namespace.ts';

const ROWS = 10;

export const reportCommand = defineCommand({
  usage: '[OPTIONS] IMAGE',
  summary: 'show what is in an image, and what could be removed',
  description: [
    'Shows sizes, layers with their instructions, files that are shipped but hidden, leftovers of builds, duplicates, the ' +
      'largest files, packages, the user of the image, possible secrets, pull times and costs.',
    'IMAGE is a name or an ID in the store, the ID of a recorded build, or docker://NAME (a registry), oci:DIRECTORY[:TAG], oci-archive:FILE[:TAG], ' +
      'docker-archive:FILE[:NAME] or docker-daemon:NAME (a running Docker). Layers are read as they stream in; nothing ' +
      'is kept.',
    'Layers count from 0 at the bottom. JSON has all files, the other formats have the largest. If a layer cannot be read, the ' +
      'report is about the others, and the exit status is 1.',
  ],
  flags: {
    format: {
      kind: 'text',
      value: 'format',
      choices: ['text', 'json', 'markdown', 'html'],
      help: 'output format (default: text)',
    },
    ...imagePlatformFlag,
    base: {
      kind: 'text',
      value: 'image',
      help: 'its base image, to show what it adds (default: the image in the store that it begins with)',
    },
    against: {
      kind: 'text',
      value: 'image|build',
      help: 'also show what changed since another image or build',
    },
    rates: {
      kind: 'text',
      value: 'path',
      help: 'TOML file with rates for times and costs (default: report.toml, if it exists)',
    },
    rate: {
      kind: 'list',
      value: 'name=value',
      help: 'one rate: bandwidths, unpack, pulls, ci-jobs, storage-price, transfer-price, ci-minute-price or currency',
    },
    rows: { kind: 'number', value: 'n', help: `rows of each table (default: ${ROWS})` },
    'no-trunc': { kind: 'switch', help: 'do not truncate output' },
    ...storeFlags,
  },
  args: [1, 1],
  namespace: namespaceOfStore,
  examples: [
    { command: 'lamina report hello', text: 'look into an image of the store' },
    { command: 'lamina report docker://alpine:3.20', text: 'look into an image of a registry' },
    {
      command: 'lamina report --format markdown oci-archive:app.tar >> "$GITHUB_STEP_SUMMARY"',
      text: 'add a report to a CI job',
    },
    {
      command: 'lamina report --against docker://example.com/app:1.0 app:1.1',
      text: 'see what a release adds',
    },
    {
      command: 'lamina report --rate pulls=20000 --rate bandwidths=50Mbit/s,1Gbit/s app',
      text: 'use your own rates',
    },
  ],
  async run({ flags, args }, context) {
    const [image = ''] = args;
    const api = await context.api();
    const report = await api.reportImage({
      image,
      platform: flags.platform,
      base: flags.base,
      against: flags.against,
      rates: await readRates(flags.rates, flags.rate, context.signal),
      root: rootOf(flags, context),
      signal: context.signal,
    });
    const { stdout, stderr } = context.io;
    const columns = flags['no-trunc'] ? undefined : stdout.size().columns;
    const rows = flags.rows ?? ROWS;
    await stdout.write(textOf(report, { format: flags.format, rows, columns }));
    const problems = [
      ...report.problems.map((problem) =>
        layerProblemText({ ...problem, digest: report.layers[problem.layer]?.digest ?? '' }),
      ),
      ...(report.against?.problems ?? []).map((problem) =>
        layerProblemText({ ...problem, digest: `of ${flags.against}` }),
      ),
    ];
    await stderr.write(problems.join(''));
    return problems.length === 0 ? exitStatus.success : exitStatus.failure;
  },
});

interface Shape {
  readonly format: string | undefined;
  readonly rows: number;
  readonly columns: number | undefined;
}

function textOf(report: ImageReport, { format, rows, columns }: Shape): string {
  if (format === 'json') return jsonText(report);
  const document = describeReport(report, rows);
  if (format === 'html') return renderHtml(document);
  return format === 'markdown' ? renderMarkdown(document) : renderText(document, columns);
}
