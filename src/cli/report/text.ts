/** A report for a terminal. */
import { clip, displayWidth, printable } from '../../progress/index.ts';
import { wrap } from '../wrap.ts';
import type { Column, ReportDocument, Section, Table } from './document.ts';

const INDENT = '  ';
const GAP = 2;
/** Of columns beside the one that takes the room that is left. */
const WIDEST_OTHER = 22;
/** No column is cut to less. */
const NARROWEST = 12;

/**
 * @param columns width of the terminal; undefined: nothing is cut
 * @returns whole lines
 */
export function renderText(
  { title, sections }: ReportDocument,
  columns: number | undefined,
): string {
  const lines = [
    printable(title),
    ...sections.flatMap((section) => sectionLines(section, columns)),
  ];
  return `${lines.join('\n')}\n`;
}

function sectionLines(section: Section, columns: number | undefined): string[] {
  const width = columns === undefined ? Infinity : columns - INDENT.length;
  const { title, text, table, notes = [] } = section;
  const paragraphs = (texts: readonly string[]) =>
    texts.flatMap((one) => wrap(printable(one), Math.min(width, WIDEST_TEXT)));
  const lines = [
    ...paragraphs(text),
    ...(table === undefined ? [] : tableLines(table, width)),
    ...paragraphs(notes),
  ];
  return ['', printable(title), ...lines.map((line) => `${INDENT}${line}`.trimEnd())];
}

const WIDEST_TEXT = 98;

function tableLines({ columns, rows }: Table, width: number): string[] {
  const titles = columns.map(({ title }) => title);
  const cells = [
    ...(titles.some((title) => title !== '') ? [titles] : []),
    ...rows.map((row) => row.map(printable)),
  ];
  const widths = columns.map((_, index) =>
    cells.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? '')), 0),
  );
  const cut = columns.findIndex((column) => column.cut !== undefined);
  if (cut >= 0 && width !== Infinity) {
    for (const [index, one] of widths.entries()) {
      if (index !== cut) widths[index] = Math.min(one, WIDEST_OTHER);
    }
  }
  const flexible = cut < 0 ? columns.length - 1 : cut;
  const gaps = GAP * (columns.length - 1);
  const others = widths.reduce((sum, one, index) => sum + (index === flexible ? 0 : one), gaps);
  const room = Math.max(NARROWEST, width - others);
  widths[flexible] = Math.min(widths[flexible] ?? 0, room);
  return cells.flatMap((row) => rowLines(row, columns, widths));
}

function rowLines(
  row: readonly string[],
  columns: readonly Column[],
  widths: readonly number[],
): string[] {
  const isCut = columns.some(({ cut }) => cut !== undefined);
  const cells = columns.map(({ cut = isCut ? 'end' : undefined }, index) =>
    fitted(row[index] ?? '', widths[index] ?? 0, cut),
  );
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells
      .map((lines, index) => pad(lines[line] ?? '', widths[index] ?? 0, columns[index]?.align))
      .join(' '.repeat(GAP))
      .trimEnd(),
  );
}

function fitted(text: string, width: number, cut: Column['cut']): readonly string[] {
  if (displayWidth(text) <= width) return [text];
  if (cut === 'end') return [clip(text, width)];
  if (cut === 'start') return [clipStart(text, width)];
  return wrap(text, width).flatMap((line) => pieces(line, width));
}

/** Of a word that is longer than a line. */
function pieces(line: string, width: number): string[] {
  const found: string[] = [''];
  for (const character of line) {
    const last = found.at(-1) ?? '';
    if (displayWidth(last) + displayWidth(character) > width) found.push(character);
    else found[found.length - 1] = last + character;
  }
  return found;
}

/** The end of a path says more than its beginning. */
function clipStart(text: string, columns: number): string {
  let kept = '';
  for (const character of [...text].reverse()) {
    if (displayWidth(kept) + displayWidth(character) > columns - 1) break;
    kept = character + kept;
  }
  return `…${kept}`;
}

function pad(text: string, width: number, align: Column['align']): string {
  const padding = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'right' ? padding + text : text + padding;
}
