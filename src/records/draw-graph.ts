/** The stage graph as Mermaid, DOT and SVG. */
import { assertNever } from '../errors.ts';
import { humanDuration, humanSize } from '../progress/index.ts';
import { type StageGraph, type StageNode, stageGraph } from './stage-graph.ts';
import type { BuildRecord } from './types.ts';

export type GraphFormat = 'mermaid' | 'dot' | 'svg' | 'json';

/** @returns a whole document, with a line end */
export function drawGraph(record: BuildRecord, format: GraphFormat): string {
  const graph = stageGraph(record);
  switch (format) {
    case 'mermaid':
      return mermaid(graph);
    case 'dot':
      return dot(graph);
    case 'svg':
      return svg(graph);
    case 'json':
      return `${JSON.stringify({ build: record.id, ...graph })}\n`;
    default:
      return assertNever(format);
  }
}

function labelOf({ milliseconds, bytes, steps, cached }: StageNode): readonly string[] {
  const time = cached === steps ? 'cached' : humanDuration(milliseconds);
  const counted = `${steps} ${steps === 1 ? 'step' : 'steps'}, ${cached} cached`;
  return [time, ...(bytes === null ? [] : [humanSize(bytes)]), counted];
}

function mermaid({ nodes, edges }: StageGraph): string {
  const id = (name: string) => `s${nodes.findIndex((node) => node.name === name)}`;
  // As entities: Mermaid reads brackets, quotes and HTML in labels.
  const safe = (text: string) =>
    visible(text).replace(/[^\w .,:/-]/gu, (sign) => `#${sign.codePointAt(0)};`);
  return [
    'flowchart LR',
    ...nodes.map(
      (node) => `  ${id(node.name)}["${[safe(node.name), ...labelOf(node)].join('<br/>')}"]`,
    ),
    ...edges.map(
      ({ from, to, label, isCritical }) =>
        `  ${id(from)} ${isCritical ? '==>' : '-->'}|${label}| ${id(to)}`,
    ),
    '  classDef critical stroke:#d9480f,stroke-width:3px',
    ...nodes.flatMap(({ name, isCritical }) => (isCritical ? `  class ${id(name)} critical` : [])),
    '',
  ].join('\n');
}

function dot({ nodes, edges }: StageGraph): string {
  const quoted = (text: string) => `"${visible(text).replace(/["\\]/g, '\\$&')}"`;
  const labelled = (lines: readonly string[]) =>
    `"${lines.map((line) => quoted(line).slice(1, -1)).join('\\n')}"`;
  const style = (isCritical: boolean) => (isCritical ? ', color="#d9480f", penwidth=3' : '');
  return [
    'digraph build {',
    '  rankdir=LR',
    '  node [shape=box, style=rounded, fontname="sans-serif"]',
    ...nodes.map(
      (node) =>
        `  ${quoted(node.name)} [label=${labelled([node.name, ...labelOf(node)])}${style(node.isCritical)}]`,
    ),
    ...edges.map(
      ({ from, to, label, isCritical }) =>
        `  ${quoted(from)} -> ${quoted(to)} [label=${quoted(label)}${style(isCritical)}]`,
    ),
    '}',
    '',
  ].join('\n');
}

const BOX = { width: 190, height: 84, gapX: 70, gapY: 26, margin: 20 };
const CRITICAL = '#d9480f';
const PLAIN = '#495057';

interface Position {
  readonly x: number;
  readonly y: number;
}

function svg(graph: StageGraph): string {
  const positions = placed(graph);
  const all = [...positions.values()];
  const width = Math.max(0, ...all.map(({ x }) => x)) + BOX.width + BOX.margin;
  const height = Math.max(0, ...all.map(({ y }) => y)) + BOX.height + BOX.margin;
  const boxes = graph.nodes.map((node) => box(node, positions.get(node.name)));
  const lines = graph.edges.map(({ from, to, label, isCritical }) =>
    line(positions.get(from), positions.get(to), { label, isCritical }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12" role="img" aria-label="stages of the build">`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="context-stroke"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...lines,
    ...boxes,
    '</svg>',
    '',
  ].join('\n');
}

/** In columns: each stage right of those it needs. */
function placed({ nodes, edges }: StageGraph): ReadonlyMap<string, Position> {
  const columns = new Map(nodes.map(({ name }) => [name, 0]));
  for (let round = 0; round < nodes.length; round++) {
    let moved = false;
    for (const { from, to } of edges) {
      const least = (columns.get(from) ?? 0) + 1;
      if ((columns.get(to) ?? 0) >= least || least >= nodes.length) continue;
      columns.set(to, least);
      moved = true;
    }
    if (!moved) break;
  }
  const rows = new Map<number, number>();
  return new Map(
    nodes.map(({ name }) => {
      const column = columns.get(name) ?? 0;
      const row = rows.get(column) ?? 0;
      rows.set(column, row + 1);
      const x = BOX.margin + column * (BOX.width + BOX.gapX);
      return [name, { x, y: BOX.margin + row * (BOX.height + BOX.gapY) }];
    }),
  );
}

function box(node: StageNode, position: Position | undefined): string {
  if (position === undefined) return '';
  const { x, y } = position;
  const color = node.isCritical ? CRITICAL : PLAIN;
  const texts = labelOf(node).map(
    (text, index) =>
      `<text x="${x + 12}" y="${y + 40 + index * 16}" fill="#495057">${escaped(text)}</text>`,
  );
  const name = node.name.length > 24 ? `${node.name.slice(0, 23)}…` : node.name;
  return [
    `<g><title>${escaped(node.name)}</title>`,
    `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="8" fill="#f8f9fa" stroke="${color}" stroke-width="${node.isCritical ? 3 : 1}"/>`,
    `<text x="${x + 12}" y="${y + 21}" font-weight="bold" fill="#212529">${escaped(name)}</text>`,
    ...texts,
    '</g>',
  ].join('');
}

function line(
  from: Position | undefined,
  to: Position | undefined,
  { label, isCritical }: { readonly label: string; readonly isCritical: boolean },
): string {
  if (from === undefined || to === undefined) return '';
  const [x1, y1] = [from.x + BOX.width, from.y + BOX.height / 2];
  const [x2, y2] = [to.x, to.y + BOX.height / 2];
  const middle = (x1 + x2) / 2;
  const color = isCritical ? CRITICAL : PLAIN;
  return [
    `<path d="M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}" fill="none" stroke="${color}" stroke-width="${isCritical ? 3 : 1.5}" marker-end="url(#arrow)"/>`,
    `<text x="${middle}" y="${(y1 + y2) / 2 - 6}" text-anchor="middle" fill="#495057">${escaped(label)}</text>`,
  ].join('');
}

function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** On one line, without what no drawing can show. */
function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\r\n\t]+/g, ' ')
    .replace(/[\0-\x1f\x7f-\x9f\ufffe\uffff]/g, '\ufffd');
}
