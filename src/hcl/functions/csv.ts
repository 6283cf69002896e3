/** Comma-separated values (RFC 4180). */
import { ValueFault } from '../value.ts';

/**
 * @returns the fields of each row; empty lines are left out
 * @throws ValueFault if a quote is not closed, or stands in the middle of a field
 */
export function parseCsv(text: string, separator = ','): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const { field, end } =
      text[at] === '"' ? quotedField(text, at) : plainField(text, at, separator);
    row.push(field);
    at = end;
    if (text[at] === separator) {
      at += 1;
      if (at === text.length) row.push('');
      continue;
    }
    if (text[at] === '\r') at += 1;
    if (at < text.length && text[at] !== '\n')
      throw new ValueFault('a quoted field goes on behind its quotes');
    at += 1;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  return rows;
}

function plainField(text: string, start: number, separator: string) {
  let end = start;
  while (end < text.length && text[end] !== separator && text[end] !== '\n') end += 1;
  if (text[end] === '\n' && text[end - 1] === '\r') end -= 1;
  const field = text.slice(start, end);
  if (field.includes('"')) throw new ValueFault('a quote in the middle of a field');
  return { field, end };
}

function quotedField(text: string, start: number) {
  let field = '';
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) throw new ValueFault('a quote is not closed');
    field += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { field, end: quote + 1 };
    field += '"';
    from = quote + 2;
  }
}
