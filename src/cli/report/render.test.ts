import { describe, expect, it } from 'vitest';
import type { ReportDocument } from './document.ts';
import { renderHtml } from './html.ts';
import { renderMarkdown } from './markdown.ts';
import { renderText } from './text.ts';

const document: ReportDocument = {
  title: 'Report on <app>',
  sections: [
    {
      title: 'Files',
      text: ['What is *large*.'],
      table: {
        columns: [
          { title: 'SIZE', align: 'right' },
          { title: 'PATH', cut: 'start' },
        ],
        rows: [
          ['1kB', 'a/very/long/path/to/some/file|x'],
          ['20MB', 'b\u001b[31m'],
        ],
      },
      notes: ['and 3 more files'],
    },
    {
      title: 'Facts',
      text: [],
      table: {
        columns: [{ title: '' }, { title: '' }],
        rows: [['user', 'root, @all and more words than a line has']],
      },
    },
  ],
};

describe('a report', () => {
  it('is cut to the width of a terminal, paths at their start', () => {
    expect(renderText(document, 32)).toBe(`Report on <app>

Files
  What is *large*.
  SIZE  PATH
   1kB  …ong/path/to/some/file|x
  20MB  b\\x1b[31m
  and 3 more files

Facts
  user  root, @all and more
        words than a line has
`);
  });

  it('leaves room for the column that is cut', () => {
    const columns = [{ title: 'NAME', cut: 'end' }, { title: 'VERSION' }] as const;
    const rows = [['a-package-with-a-long-name', '1:2.3.4-0ubuntu0.24.04.1+really']];
    const sections = [{ title: 'Packages', text: [], table: { columns, rows } }];
    const [, , , , line] = renderText({ title: 'x', sections }, 46).split('\n');
    expect(line).toBe('  a-package-with-a-lo…  1:2.3.4-0ubuntu0.24.0…');
  });

  it('is whole where nothing is to be cut', () => {
    expect(renderText(document, undefined)).toContain('a/very/long/path/to/some/file|x\n');
  });

  it('breaks a word that is longer than a line', () => {
    const table = {
      columns: [{ title: '' }],
      rows: [['0123456789012345678901234567890123456789']],
    };
    const sections = [{ title: 'Long', text: [], table }];
    const lines = renderText({ title: 'x', sections }, 22).split('\n');
    expect(lines.slice(3)).toEqual(['  01234567890123456789', '  01234567890123456789', '']);
  });

  it('is Markdown in which names are neither markup nor mentions', () => {
    expect(renderMarkdown(document)).toBe(`## Report on \\<app\\>

### Files

What is \\*large\\*.

| SIZE | PATH |
| ---: | --- |
| 1kB | a/very/long/path/to/some/file\\|x |
| 20MB | b\\\\x1b\\[31m |

and 3 more files

### Facts

|  |  |
| --- | --- |
| user | root, &#64;all and more words than a line has |
`);
  });

  it('is a page that runs and loads nothing', () => {
    const page = renderHtml(document);
    expect(page).toContain('<h1>Report on &lt;app&gt;</h1>');
    expect(page).toContain('<td class="number">1kB</td><td>a/very/long/path/to/some/file|x</td>');
    expect(page).toContain('<th scope="row">user</th>');
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/<script|<link|src=|url\(/);
  });
});
