/** The pane with files: the tree, or a list. */
import { NONE, type PathNode, type VersionType } from '../../analysis/index.ts';
import { toText } from '../../files/index.ts';
import { humanSize } from '../../progress/index.ts';
import type { Explorer } from '../model/explorer.ts';
import type { TreeRow } from '../model/file-tree.ts';
import type { ListRow } from '../model/lists.ts';
import type { Drawing } from './drawing.ts';
import { hasRoomForAttributes } from './layout.ts';
import { fitEnd, fitted, paint, SIGNS, type Style, type Tone } from './style.ts';

const SIZE = 7;

export function filesTitle(explorer: Explorer): string {
  const { list, length } = explorer;
  const where = length === 0 ? '' : `  ${explorer.files.row + 1}/${length.toLocaleString('en-US')}`;
  return ` ${list?.title ?? 'Files'}${where}`;
}

export function drawFiles(drawing: Omit<Drawing, 'preview'>): string[] {
  const { explorer, layout, style } = drawing;
  const { filesWidth: width, filesHeight: height } = layout;
  const { list, files } = explorer;
  const lines =
    list === undefined
      ? explorer.tree
          .rows(files.top, height)
          .map((row, line) => treeLine(drawing, row, files.top + line))
      : list.rows
          .slice(files.top, files.top + height)
          .map((row, line) =>
            selectable(listLine(row, width), files.top + line, { explorer, style, tone: 'plain' }),
          );
  if (lines.length === 0) lines.push(paint(fitted(' nothing here', width), ['dim'], style));
  while (lines.length < height) lines.push(' '.repeat(width));
  return lines;
}

function listLine({ bytes, layer, text, note }: ListRow, width: number): string {
  const start = `${humanSize(bytes).padStart(SIZE)} ${`${layer ?? ''}`.padStart(3)} `;
  const end = note === '' ? '' : ` ${fitted(note, Math.min(16, Math.floor(width / 4)))}`;
  return fitted(start, start.length) + fitEnd(text, width - start.length - end.length) + end;
}

function treeLine(
  { explorer, layout, style }: Omit<Drawing, 'preview'>,
  { node, depth }: TreeRow,
  row: number,
): string {
  const { diff, tree } = explorer;
  const { filesWidth: width } = layout;
  const mark = diff.mark(node) ?? 'unmodified';
  const isDirectory = diff.isDirectory(node);
  const closed = style.unicode ? '▸ ' : '> ';
  const opened = style.unicode ? '▾ ' : 'v ';
  const arrow = isDirectory ? (tree.isOpen(node) ? opened : closed) : '  ';
  const showsAttributes = explorer.showsAttributes ?? hasRoomForAttributes(layout);
  const attributes = showsAttributes ? `${attributesOf(explorer, node)} ` : '';
  const size = humanSize(diff.bytes(node)).padStart(SIZE);
  const start = `${attributes}${size} ${SIGNS[mark]} `;
  const indent = '  '.repeat(Math.min(depth, Math.max(0, Math.floor((width - start.length) / 4))));
  const text = fitted(`${start}${indent}${arrow}${nameOf(explorer, node)}`, width);
  return selectable(text, row, { explorer, style, tone: mark });
}

interface Selectable {
  readonly explorer: Explorer;
  readonly style: Style;
  readonly tone: Tone;
}

function selectable(text: string, row: number, { explorer, style, tone }: Selectable): string {
  if (explorer.files.row !== row) return paint(text, [tone], style);
  return paint(text, [tone, explorer.pane === 'files' ? 'selected' : 'dimSelected'], style);
}

function nameOf(explorer: Explorer, node: PathNode): string {
  const { paths, versions } = explorer.options.image.model;
  const name = toText(paths.name(node));
  const version = explorer.diff.version(node);
  if (version === NONE || versions.type(version) !== 'symlink') return name;
  return `${name} -> ${toText(versions.metadata(version).linkTarget ?? '')}`;
}

const TYPE_SIGNS: Readonly<Record<VersionType, string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  char: 'c',
  block: 'b',
  fifo: 'p',
  socket: 's',
  whiteout: '-',
};

function attributesOf(explorer: Explorer, node: PathNode): string {
  const { versions } = explorer.options.image.model;
  const version = explorer.diff.version(node);
  if (version === NONE) return ' '.repeat(10 + 1 + 9);
  const { mode, uid, gid } = versions.metadata(version);
  return `${TYPE_SIGNS[versions.type(version)]}${modeText(mode)} ${`${uid}:${gid}`.padStart(9)}`;
}

function modeText(mode: number): string {
  const special = [
    [0o4000, 's', 'S'],
    [0o2000, 's', 'S'],
    [0o1000, 't', 'T'],
  ] as const;
  return special
    .map(([bit, both, alone], index) => {
      const part = (mode >> (6 - index * 3)) & 7;
      const last =
        (mode & bit) !== 0 ? ((part & 1) !== 0 ? both : alone) : (part & 1) !== 0 ? 'x' : '-';
      return `${(part & 4) !== 0 ? 'r' : '-'}${(part & 2) !== 0 ? 'w' : '-'}${last}`;
    })
    .join('');
}
