/**
 * The summary at the end of a build, in a few aligned lines. The short form: sizes of the stages and the image, and
 * bytes kept out of it. The full form adds the cost of each step and the image's layers.
 */
import type { BuildSummary, BuiltImageSummary, StageSummary, StepSummary } from './events.ts';
import { clip, displayWidth, printable } from './terminal-text.ts';
import { humanDuration, humanSize } from './units.ts';

export const summaryKinds = ['full', 'short', 'none'] as const;
export type SummaryKind = (typeof summaryKinds)[number];

export interface SummaryOptions {
  readonly columns?: number | undefined;
  /** Default: `short`. */
  readonly kind?: SummaryKind | undefined;
}

/** With more steps than this, the cached ones are only counted. */
const MANY_STEPS = 40;
const NAME_COLUMNS = 60;
/** Lines for stages and images in the short summary. */
const SHORT_STAGES = 4;
const SHORT_IMAGES = 3;

type Row = readonly [name: string, ...values: string[]];

/** @returns lines without line breaks */
export function renderSummary(summary: BuildSummary, options: SummaryOptions = {}): string[] {
  const columns = Math.min(options.columns ?? 100, 120);
  switch (options.kind ?? 'short') {
    case 'none':
      return [];
    case 'short':
      return shortSummary(summary, columns);
    case 'full':
      return fullSummary(summary, columns);
  }
}

/** At most nine lines: ten with the one that names the image. */
function shortSummary(summary: BuildSummary, columns: number): string[] {
  const { stages, images } = summary;
  const shown = images.length > SHORT_IMAGES ? images.slice(0, SHORT_IMAGES - 1) : images;
  const hidden = images.length - shown.length;
  return [
    ...(stages.length < 2 ? [] : stageSection(largestStages(stages), columns)),
    ...shown.map((image) => imageTitle(image, summary)),
    ...(hidden === 0 ? [] : [`and ${counted(hidden, 'image')} for other platforms`]),
    ...leftBehind(summary).map((line) => clip(line, columns)),
  ];
}

/** The targets and the largest other stages, in the order of the file. */
function largestStages(stages: readonly StageSummary[]): readonly StageSummary[] {
  if (stages.length <= SHORT_STAGES) return stages;
  const rank = ({ isTarget, bytes = 0 }: StageSummary) =>
    isTarget ? Number.POSITIVE_INFINITY : bytes;
  const kept = new Set(
    stages.toSorted((one, other) => rank(other) - rank(one)).slice(0, SHORT_STAGES - 1),
  );
  const others = stages.filter((stage) => !kept.has(stage));
  return [
    ...stages.filter((stage) => kept.has(stage)),
    { name: `and ${counted(others.length, 'smaller stage')}`, bytes: undefined, isTarget: false },
  ];
}

function fullSummary(summary: BuildSummary, columns: number): string[] {
  const sections = [
    section('step', ['time', 'added'], stepRows(summary.steps), columns),
    stageSection(summary.stages, columns),
    ...summary.images.map((image) =>
      section(imageTitle(image, summary), ['size', ''], layerRows(image), columns),
    ),
    leftBehind(summary),
  ].filter((lines) => lines.length > 0);
  return sections.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

/** At most one line. */
function leftBehind(summary: BuildSummary): readonly string[] {
  const { leftBehindBytes, unusedStages, images, durationMs } = summary;
  const parts = [
    ...(images.length < 2 ? [] : [`built in ${humanDuration(durationMs)}`]),
    ...(leftBehindBytes === 0
      ? []
      : [`left behind in other stages: ${humanSize(leftBehindBytes)}`]),
    ...(unusedStages.length === 0
      ? []
      : [`not needed, not built: ${unusedStages.map(printable).join(', ')}`]),
  ];
  return parts.length === 0 ? [] : [parts.join('; ')];
}

function stepRows(steps: readonly StepSummary[]): Row[] {
  const shown = steps.length > MANY_STEPS ? steps.filter(({ cached }) => !cached) : steps;
  const rows = shown.map(
    ({ step, cached, durationMs, addedBytes }): Row => [
      printable(step.name),
      cached ? 'CACHED' : humanDuration(durationMs),
      addedBytes === 0 ? '' : `+${humanSize(addedBytes)}`,
    ],
  );
  const hidden = steps.length - shown.length;
  return hidden === 0 ? rows : [...rows, [`and ${hidden} cached steps`, 'CACHED', '']];
}

function stageSection(stages: readonly StageSummary[], columns: number): string[] {
  const rows = stages.map(
    ({ name, bytes, isTarget }): Row => [
      printable(name),
      bytes === undefined ? '' : humanSize(bytes),
      isTarget ? 'target' : '',
    ],
  );
  return section('stage', ['size', ''], rows, columns);
}

function layerRows({ layers }: BuiltImageSummary): Row[] {
  return layers.map(({ origin, bytes, files }) => [
    printable(origin),
    bytes === undefined ? '' : humanSize(bytes),
    files === undefined ? '' : counted(files, 'file'),
  ]);
}

function imageTitle(
  { platform, layerCount, bytes }: BuiltImageSummary,
  { durationMs }: BuildSummary,
): string {
  const of = bytes === undefined ? '' : ` of ${humanSize(bytes)}`;
  const size = `image${of} in ${counted(layerCount, 'layer')}`;
  return platform === undefined
    ? `${size}, built in ${humanDuration(durationMs)}`
    : `${size} for ${platform}`;
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function section(
  title: string,
  headings: readonly string[],
  rows: readonly Row[],
  columns: number,
): string[] {
  if (rows.length === 0) return title.startsWith('image ') ? [title] : [];
  const widths = headings.map((heading, index) =>
    Math.max(heading.length, ...rows.map((row) => displayWidth(row[index + 1] ?? ''))),
  );
  const values = widths.reduce((sum, width) => sum + width + 2, 0);
  const longest = Math.max(displayWidth(title), ...rows.map(([name]) => displayWidth(name) + 2));
  const nameWidth = Math.max(12, Math.min(longest, NAME_COLUMNS, columns - values));
  const line = (name: string, cells: readonly string[]): string => {
    const clipped = clip(name, nameWidth);
    const padded = clipped + ' '.repeat(Math.max(0, nameWidth - displayWidth(clipped)));
    return `${padded}${cells.map((cell, index) => `  ${cell.padStart(widths[index] ?? 0)}`).join('')}`.trimEnd();
  };
  return [line(title, headings), ...rows.map(([name, ...cells]) => line(`  ${name}`, cells))];
}
