/** A report as one page that needs nothing else: no script, no font, no request. */
import { printable } from '../../progress/index.ts';
import type { ReportDocument, Section, Table } from './document.ts';

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d0d7de, #3d444d); --quiet: light-dark(#59636e, #9198a1); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.6rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { color: var(--quiet); max-width: 60rem; margin: .25rem 0 .75rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; overflow-wrap: anywhere; }
th { font-size: .8rem; color: var(--quiet); white-space: nowrap; }
tbody th { font-size: inherit; font-weight: normal; }
.number { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
`.trim();

/** @returns a whole document */
export function renderHtml({ title, sections }: ReportDocument): string {
  return `${[
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>${safe(title)}</title>`,
    `<style>\n${STYLE}\n</style>`,
    '</head>',
    '<body>',
    '<main>',
    `<h1>${safe(title)}</h1>`,
    ...sections.map(sectionText),
    '</main>',
    '</body>',
    '</html>',
  ].join('\n')}\n`;
}

function sectionText({ title, text, table, notes = [] }: Section): string {
  const paragraph = (one: string) => `<p>${safe(one)}</p>`;
  return [
    '<section>',
    `<h2>${safe(title)}</h2>`,
    ...text.map(paragraph),
    ...(table === undefined ? [] : [tableText(table, title)]),
    ...notes.map(paragraph),
    '</section>',
  ].join('\n');
}

function tableText({ columns, rows }: Table, label: string): string {
  const named = columns.some(({ title }) => title !== '');
  const kind = (column: number) => (columns[column]?.align === 'right' ? ' class="number"' : '');
  const head = columns.map(
    ({ title }, index) => `<th scope="col"${kind(index)}>${safe(title)}</th>`,
  );
  const cell = (text: string, index: number) =>
    !named && index === 0
      ? `<th scope="row">${safe(text)}</th>`
      : `<td${kind(index)}>${safe(text)}</td>`;
  return [
    `<div class="scroll" role="region" aria-label="${safe(label)}" tabindex="0">`,
    '<table>',
    ...(named ? [`<thead><tr>${head.join('')}</tr></thead>`] : []),
    '<tbody>',
    ...rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`),
    '</tbody>',
    '</table>',
    '</div>',
  ].join('\n');
}

function safe(text: string): string {
  return printable(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
