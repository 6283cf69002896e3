/** A report for a pull request or a summary of a CI job. */
import { printable } from '../../progress/index.ts';
import type { ReportDocument, Section, Table } from './document.ts';

/** @returns whole lines */
export function renderMarkdown({ title, sections }: ReportDocument): string {
  return `${[`## ${safe(title)}`, ...sections.map(sectionText)].join('\n\n')}\n`;
}

function sectionText({ title, text, table, notes = [] }: Section): string {
  return [
    `### ${safe(title)}`,
    ...text.map(safe),
    ...(table === undefined ? [] : [tableText(table)]),
    ...notes.map(safe),
  ].join('\n\n');
}

function tableText({ columns, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ title }) => safe(title))),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((row) => line(row.map((cell) => safe(cell)))),
  ].join('\n');
}

/** Text from images is untrusted: it must be neither markup nor a mention. */
function safe(text: string): string {
  return printable(text)
    .replace(/[\\`*_{}[\]<>()#|~!&]/g, '\\$&')
    .replaceAll('@', '&#64;');
}
