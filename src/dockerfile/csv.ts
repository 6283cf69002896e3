/** One line of comma-separated fields, as in --mount: a field with a comma is in double quotes. */

export interface CsvField {
  readonly text: string;
  /** Its offsets in the line, including quotes. */
  readonly start: number;
  readonly end: number;
  /** Start of `text` in the line: after the quote, if any. */
  readonly textStart: number;
}

export interface CsvFault {
  readonly reason: string;
  readonly start: number;
  readonly end: number;
}

/** @returns the fields, or an error with its offsets */
export function splitCsv(line: string): readonly CsvField[] | CsvFault {
  const text = line.replace(/\r?\n$/, '');
  if (text === '') return { reason: 'it has no fields', start: 0, end: line.length };
  const fields: CsvField[] = [];
  let at = 0;
  for (;;) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at);
    if ('reason' in field) return field;
    fields.push(field);
    if (field.end >= text.length) return fields;
    at = field.end + 1;
  }
}

function plainField(text: string, start: number): CsvField | CsvFault {
  const comma = text.indexOf(',', start);
  const end = comma < 0 ? text.length : comma;
  const field = text.slice(start, end);
  const quote = field.indexOf('"');
  if (quote >= 0) {
    const reason = 'a double quote inside a field that does not begin with one';
    return { reason, start: start + quote, end: start + quote + 1 };
  }
  return { text: field, start, end, textStart: start };
}

function quotedField(text: string, start: number): CsvField | CsvFault {
  let value = '';
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return { reason: 'a double quote is not closed', start, end: text.length };
    value += text.slice(at, quote);
    const next = text[quote + 1];
    if (next === undefined || next === ',') {
      return { text: value, start, end: quote + 1, textStart: start + 1 };
    }
    if (next !== '"') {
      const reason = 'text after the closing quote of a field';
      return { reason, start: quote, end: quote + 1 };
    }
    value += '"';
    at = quote + 2;
  }
}
