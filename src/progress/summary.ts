/** The end of a build in a few aligned lines: what each step cost, how big the stages are, what the image is made of. */
import type { BuildSummary, ImageSummary, StepSummary } from './events.ts';
import { clip, displayWidth, printable } from './terminal-text.ts';
import { humanDuration, humanSize } from './units.ts';

export interface SummaryOptions {
  readonly columns?: number | undefined;
}

/** More steps than this, and the cached ones are only counted. */
const MANY_STEPS = 40;
const NAME_COLUMNS = 60;

type Row = readonly [name: string, ...values: string[]];

/** @returns lines without ends */
export function renderSummary(summary: BuildSummary, options: SummaryOptions = {}): string[] {
  const columns = Math.min(options.columns ?? 100, 120);
  const sections = [
    section('step', ['time', 'added'], stepRows(summary.steps), columns),
    section('stage', ['size', ''], stageRows(summary), columns),
    ...summary.images.map((image) =>
      section(imageTitle(image, summary), ['size', ''], layerRows(image), columns),
    ),
  ].filter((lines) => lines.length > 0);
  const lines = sections.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
  if (summary.unusedStages.length > 0) {
    const names = summary.unusedStages.map(printable).join(', ');
    lines.push('', `not needed for this target, not built: ${names}`);
  }
  return lines;
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

function stageRows({ stages }: BuildSummary): Row[] {
  return stages.map(({ name, bytes, isTarget }) => [
    printable(name),
    bytes === undefined ? '?' : humanSize(bytes),
    isTarget ? 'target' : '',
  ]);
}

function layerRows({ layers }: ImageSummary): Row[] {
  return layers.map(({ origin, bytes, files }) => [
    printable(origin),
    humanSize(bytes),
    files === undefined ? '' : `${files} ${files === 1 ? 'file' : 'files'}`,
  ]);
}

function imageTitle(
  { platform, layers, bytes }: ImageSummary,
  { durationMs }: BuildSummary,
): string {
  const count = `${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}`;
  const size = `image of ${humanSize(bytes)} in ${count}`;
  return platform === undefined
    ? `${size}, built in ${humanDuration(durationMs)}`
    : `${size} for ${platform}`;
}

function section(
  title: string,
  headings: readonly string[],
  rows: readonly Row[],
  columns: number,
): string[] {
  if (rows.length === 0) return title.startsWith('image of') ? [title] : [];
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
