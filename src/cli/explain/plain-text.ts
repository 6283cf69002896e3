/** Markdown as text for a terminal: paragraphs wrapped, tables in columns, links without their addresses. */
import { renderTable } from '../rows.ts';
import { wrap } from '../wrap.ts';

/** @param width of the lines of paragraphs; code and tables keep theirs */
export function plainText(markdown: string, width: number): string {
  const blocks = blocksOf(markdown).map((block) => rendered(block, width));
  return `${blocks.join('\n\n')}\n`;
}

interface Block {
  readonly kind: 'code' | 'table' | 'heading' | 'list' | 'text';
  readonly lines: readonly string[];
}

function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  const lines = markdown.trimEnd().split('\n');
  for (let at = 0; at < lines.length; ) {
    const kind = kindOf(lines[at] ?? '');
    if (kind === undefined) {
      at++;
      continue;
    }
    const end = endOf(kind, lines, at);
    blocks.push({ kind, lines: lines.slice(at, end) });
    at = end;
  }
  return blocks;
}

function kindOf(line: string): Block['kind'] | undefined {
  if (line.trim() === '') return undefined;
  if (/^(```| {4})/.test(line)) return 'code';
  if (line.startsWith('|')) return 'table';
  if (line.startsWith('#')) return 'heading';
  return /^[-*] |^\d+\. /.test(line) ? 'list' : 'text';
}

/** The index after the block that starts at `start`. */
function endOf(kind: Block['kind'], lines: readonly string[], start: number): number {
  if (kind === 'heading') return start + 1;
  const isFenced = lines[start]?.startsWith('```') === true;
  const ends = (line: string): boolean => {
    if (isFenced) return line === '```';
    if (line.trim() === '') return true;
    return kind !== 'code' && /^(```|\||#)/.test(line) && kindOf(line) !== kind;
  };
  const length = lines.slice(start + 1).findIndex(ends);
  if (length < 0) return lines.length;
  return start + 1 + length + (isFenced ? 1 : 0);
}

function rendered({ kind, lines }: Block, width: number): string {
  switch (kind) {
    case 'code':
      return lines
        .filter((line) => !line.startsWith('```'))
        .map((line) => (lines[0]?.startsWith('```') ? `    ${line}` : line))
        .join('\n');
    case 'table':
      return tableText(lines);
    case 'heading':
      return inline(lines.join('').replace(/^#+ /, ''));
    case 'list':
      return itemsOf(lines)
        .map((item) => indented(item, width))
        .join('\n');
    case 'text':
      return paragraphs(lines)
        .map((paragraph) => wrap(inline(paragraph), width).join('\n'))
        .join('\n');
  }
}

/** Two spaces at the end of a line are a line break. */
function paragraphs(lines: readonly string[]): string[] {
  return lines
    .join('\n')
    .split(/ {2,}\n/)
    .map((text) => text.replace(/\s+/g, ' ').trim());
}

function itemsOf(lines: readonly string[]): string[] {
  const items: string[] = [];
  for (const line of lines) {
    if (/^\s*([-*]|\d+\.) /.test(line)) items.push(line.trim());
    else items[items.length - 1] = `${items.at(-1) ?? ''} ${line.trim()}`;
  }
  return items;
}

function indented(item: string, width: number): string {
  const [first = '', ...rest] = wrap(inline(item), width - 2);
  return [first, ...rest.map((line) => `  ${line}`)].join('\n');
}

function tableText(lines: readonly string[]): string {
  const rows = lines
    .filter((line) => !/^\|[\s|:-]+\|$/.test(line))
    .map((line) =>
      line
        .replace(/^\||\|\s*$/g, '')
        .split(/(?<!\\)\|/)
        .map((cell) => inline(cell.trim().replaceAll('\\|', '|'))),
    );
  return renderTable(rows).trimEnd();
}

/** Emphasis and code without their markup, links as their text. */
function inline(text: string): string {
  return text
    .replace(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .replace(/(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])/g, '$1')
    .replace(/``\s?(.*?)\s?``/g, '$1')
    .replace(/`([^`]*)`/g, '$1');
}
