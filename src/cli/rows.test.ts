import { describe, expect, it } from 'vitest';
import { ago, goTime } from './ago.ts';
import { renderRows } from './rows.ts';

const format = { columns: { Name: 'NAME', Size: 'SIZE' }, more: { Digest: 'DIGEST' } };
const rows = [
  { Name: 'alpine', Size: '7MB', Digest: 'sha256:1' },
  { Name: '名前', Size: '1.2GB', Digest: 'sha256:2' },
];

describe('renderRows', () => {
  it('aligns a table', () => {
    expect(renderRows(rows, format)).toBe('NAME     SIZE\nalpine   7MB\n名前     1.2GB\n');
  });

  it('prints the headings of an empty table', () => {
    expect(renderRows([], format, 'table')).toBe('NAME   SIZE\n');
  });

  it('renders a template a row', () => {
    expect(renderRows(rows, format, '{{.Name}}\\t{{.Digest}}')).toBe(
      'alpine\tsha256:1\n名前\tsha256:2\n',
    );
  });

  it('renders a table of a template', () => {
    expect(renderRows(rows, format, 'table {{.Size}}\\t{{.Digest}}')).toBe(
      'SIZE    DIGEST\n7MB     sha256:1\n1.2GB   sha256:2\n',
    );
  });

  it('shows control characters, which terminals obey, but in JSON', () => {
    const hostile = { Name: '\u001b[2Jred\u0007', Size: '1', Digest: '' };
    expect(renderRows([hostile], format)).toContain('\\x1b[2Jred\\x07');
    expect(renderRows([hostile], format, '{{.Name}}')).toBe('\\x1b[2Jred\\x07\n');
    expect(JSON.parse(renderRows([hostile], format, 'json'))).toEqual(hostile);
  });

  it('prints one JSON object a line, keys in order', () => {
    expect(renderRows(rows.slice(0, 1), format, 'json')).toBe(
      '{"Digest":"sha256:1","Name":"alpine","Size":"7MB"}\n',
    );
  });

  it('refuses fields there are not', () => {
    expect(() => renderRows(rows, format, '{{.Nam}}')).toThrow('did you mean .Name?');
  });
});

describe('ago', () => {
  const seconds = (count: number) => ago(0, count * 1000);
  it.each([
    [0.5, 'Less than a second ago'],
    [1, '1 second ago'],
    [59, '59 seconds ago'],
    [60, 'About a minute ago'],
    [150, '2 minutes ago'],
    [3600, 'About an hour ago'],
    [5 * 3600, '5 hours ago'],
    [47 * 3600, '47 hours ago'],
    [3 * 86400, '3 days ago'],
    [20 * 86400, '2 weeks ago'],
    [90 * 86400, '3 months ago'],
    [800 * 86400, '2 years ago'],
  ])('says of %d seconds: %s', (count, text) => {
    expect(seconds(count)).toBe(text);
  });

  it('takes the future for now', () => {
    expect(ago(1000, 0)).toBe('Less than a second ago');
  });

  it('prints times as Go does', () => {
    expect(goTime(1_700_000_000_000)).toBe('2023-11-14 22:13:20 +0000 UTC');
  });
});
