/** Formats figures for people, as rows of a Markdown table. */
import type { RowFigures } from './compare.ts';
import type { Family } from './growth.ts';

const HEAD = ['row', 'builder', 'median', 'ratio', 'processor', 'ratio', 'peak memory'];
const WIDTHS = [14, 10, 9, 6, 9, 6, 11];

export function tableHead(): string {
  return line(HEAD) + line(WIDTHS.map((width, at) => '-'.repeat(width - 1) + (at < 2 ? '-' : ':')));
}

export function rowTable({ row, figures }: RowFigures): string {
  const rows = figures.map((one, at) => [
    at === 0 ? row : '',
    one.builder,
    one.median === undefined ? 'none' : seconds(one.median),
    at === 0 ? '' : ratio(one.ratio),
    one.cpuSeconds === undefined ? '' : seconds(one.cpuSeconds),
    at === 0 ? '' : ratio(one.cpuRatio),
    one.peakKb === undefined ? '' : `${Math.round(one.peakKb / 1024)} MiB`,
    one.failure === undefined ? '' : (one.failure.split('\n', 1)[0] ?? ''),
  ]);
  return rows.map(line).join('');
}

export function growthText(families: readonly Family[]): string {
  return families
    .flatMap(({ name, curves }) =>
      curves.map(
        ({ builder, exponent }) =>
          `${builder}: time grows with n^${exponent.toFixed(2)} of the ${name}\n`,
      ),
    )
    .join('');
}

function seconds(value: number): string {
  return `${value < 1 ? value.toFixed(3) : value.toFixed(2)} s`;
}

function ratio(value: number | undefined): string {
  return value === undefined ? '' : value.toFixed(2);
}

function line([...cells]: readonly string[]): string {
  const [note = ''] = cells.splice(WIDTHS.length);
  const padded = cells.map((cell, at) => {
    const width = WIDTHS[at] ?? 0;
    return at < 2 ? cell.padEnd(width) : cell.padStart(width);
  });
  return `${`| ${padded.join(' | ')} |  ${note}`.trimEnd()}\n`;
}
