/** Lists in all formats of Docker's `--format`: a table, a template per row, JSON per row. */

import { displayWidth, printable } from '../progress/index.ts';
import { jsonText } from './json-text.ts';
import { compileTemplate, shapeOf } from './template/index.ts';

export interface RowFormat {
  /** Field → heading, in the order of the table. */
  readonly columns: Readonly<Record<string, string>>;
  /** Headings of fields that are for templates only. */
  readonly more?: Readonly<Record<string, string>>;
}

export type Row = Readonly<Record<string, string>>;

/**
 * @param format `table`, `json`, a template, `table` and a template; undefined: `table`
 * @returns whole lines
 * @throws AppError CLI_TEMPLATE
 */
export function renderRows(rows: readonly Row[], columns: RowFormat, format?: string): string {
  const headings = { ...columns.columns, ...columns.more };
  if (format === 'json') return rows.map((row) => jsonText(sorted(row))).join('');
  const shown = rows.map(safe);
  if (format === undefined || format === '' || format === 'table') {
    const fields = Object.keys(columns.columns);
    return renderTable([
      Object.values(columns.columns),
      ...shown.map((row) => fields.map((field) => row[field] ?? '')),
    ]);
  }
  const isTable = format.startsWith('table ');
  const text = (isTable ? format.slice('table '.length) : format)
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n');
  const template = compileTemplate(text, { shape: shapeOf(Object.keys(headings)) });
  const lines = shown.map((row) => template(row));
  if (!isTable) return lines.map((line) => `${line}\n`).join('');
  return renderTable([template(headings), ...lines].map((line) => line.split('\t')));
}

const GAP = 3;

/** Left-aligned columns; the last is not padded. */
export function renderTable(cells: readonly (readonly string[])[]): string {
  const count = Math.max(0, ...cells.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...cells.map((row) => displayWidth(row[column] ?? ''))),
  );
  const pad = (text: string, column: number) =>
    text + ' '.repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(text)));
  return cells.map((row) => `${row.map(pad).join(' '.repeat(GAP)).trimEnd()}\n`).join('');
}

/** Text from images is untrusted, and terminals would obey its escapes. */
function safe(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, text]) => [name, printable(text)]));
}

function sorted(row: Row): Row {
  return Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
}
