/** The whole screen as lines, each as wide as the screen. */
import { clip, displayWidth, humanSize, printable } from '../../progress/index.ts';
import { VIEWS } from '../model/explorer.ts';
import { type Preview, previewLines } from '../model/preview.ts';
import { drawFiles, filesTitle } from './draw-files.ts';
import type { Drawing } from './drawing.ts';
import { HELP } from './help.ts';
import { type Layout, viewTabs } from './layout.ts';
import { fitEnd, fitted, paint, type Style } from './style.ts';

export function draw(drawing: Drawing): string[] {
  const { explorer, preview, layout, style } = drawing;
  const { rows, columns } = layout;
  const body =
    preview !== undefined
      ? drawPreview(preview, layout, style)
      : explorer.showsHelp
        ? drawHelp(layout, style)
        : drawPanes(drawing);
  const lines = [
    titleLine(drawing),
    tabsLine(drawing),
    ...body,
    messageLine(drawing),
    keysLine(drawing),
  ];
  while (lines.length < rows) lines.splice(-2, 0, ' '.repeat(columns));
  const shown = lines.slice(0, rows);
  return style.unicode ? shown : shown.map(withPlainSigns);
}

const PLAIN: Readonly<Record<string, string>> = { '…': '.', '’': "'", '·': '-' };

/** For terminals whose fonts lack the explorer's own signs. Each stays one column wide. */
function withPlainSigns(line: string): string {
  return line.replace(/[\u2026\u2019\xb7]/g, (sign) => PLAIN[sign] ?? sign);
}

function titleLine({ explorer, layout, style }: Drawing): string {
  const { title } = explorer.options;
  return paint(fitted(` lamina explore  ${printable(title)}`, layout.columns), ['title'], style);
}

function tabsLine({ explorer, layout, style }: Drawing): string {
  const tabs = viewTabs(layout.columns, explorer.view).map(({ text }, index) =>
    VIEWS[index] === explorer.view
      ? paint(`[${text}]`, ['accent'], style)
      : paint(` ${text} `, ['dim'], style),
  );
  const line = tabs.join(' ');
  const width = displayWidth(line);
  if (width > layout.columns) return clip(line, layout.columns);
  return line + ' '.repeat(layout.columns - width);
}

function drawPanes(drawing: Drawing): string[] {
  const { layout, style, explorer } = drawing;
  const { layersWidth, filesWidth, filesHeight } = layout;
  const left = layersWidth === 0 ? [] : [layersTitle(drawing), ...drawLayers(drawing)];
  const right =
    filesWidth === 0
      ? []
      : [
          paint(
            fitted(filesTitle(explorer), filesWidth),
            paneTones(explorer.pane === 'files'),
            style,
          ),
          ...drawFiles(drawing),
        ];
  if (layersWidth === 0) return right;
  if (filesWidth === 0) return left;
  const bar = style.unicode ? '│' : '|';
  const lines: string[] = [];
  for (let row = 0; row <= filesHeight; row++) {
    lines.push(
      `${left[row] ?? ' '.repeat(layersWidth)}${bar}${right[row] ?? ' '.repeat(filesWidth)}`,
    );
  }
  return lines;
}

const paneTones = (hasFocus: boolean) => (hasFocus ? (['accent'] as const) : (['title'] as const));

function layersTitle({ explorer, layout, style }: Drawing): string {
  const { basis, pane } = explorer;
  const what =
    typeof basis === 'number'
      ? `against layer ${basis}`
      : basis === 'layer'
        ? 'each layer’s changes'
        : 'aggregated changes';
  const text = explorer.options.isComparison ? 'Images' : `Layers: ${what}`;
  return paint(fitted(` ${text}`, layout.layersWidth), paneTones(pane === 'layers'), style);
}

function drawLayers({ explorer, layout, style }: Drawing): string[] {
  const { layersWidth: width, layersHeight, detailsHeight } = layout;
  const { layers } = explorer.options;
  const lines: string[] = [];
  for (let line = 0; line < layersHeight; line++) {
    const index = explorer.layers.top + line;
    const layer = layers[index];
    if (layer === undefined) {
      lines.push(' '.repeat(width));
      continue;
    }
    const sign = explorer.basis === index ? '=' : ' ';
    const size = humanSize(layer.bytes).padStart(7);
    const text = fitted(`${sign}${`${index}`.padStart(3)} ${size}  ${layer.title}`, width);
    const isSelected = index === explorer.layers.row;
    const tone = explorer.pane === 'layers' ? 'selected' : 'dimSelected';
    lines.push(isSelected ? paint(text, [tone], style) : text);
  }
  const selected = layers[explorer.layers.row];
  const details = [
    ...(selected === undefined
      ? []
      : [selected.title, ...selected.details].flatMap((one) => folded(one, width - 2, 3))),
    '',
    ...explorer.options.summary,
  ];
  for (let line = 0; line < detailsHeight; line++) {
    if (line === 0) {
      const rule = (style.unicode ? '─' : '-').repeat(width);
      lines.push(paint(rule, ['dim'], style));
    } else lines.push(fitted(` ${details[line - 1] ?? ''}`, width));
  }
  return lines;
}

/** Lines of a long text; the last of them is cut. */
function folded(text: string, width: number, most: number): string[] {
  const lines: string[] = [];
  let rest = printable(text);
  while (rest !== '' && lines.length < most - 1) {
    let line = '';
    for (const character of rest) {
      if (displayWidth(line) + displayWidth(character) > width) break;
      line += character;
    }
    if (line === '') break;
    lines.push(line);
    rest = rest.slice(line.length);
  }
  return rest === '' ? lines : [...lines, rest];
}

function drawPreview(preview: Preview, layout: Layout, style: Style): string[] {
  const { columns, filesHeight } = layout;
  const { bytes, mode, problem, size, title, top } = preview;
  const all = previewLines(preview);
  const cut =
    bytes !== undefined && bytes.length < size ? `, the first ${humanSize(bytes.length)}` : '';
  const head = `${humanSize(size)}${cut}, ${mode}`;
  const name = fitEnd(title, Math.max(8, columns - head.length - 4));
  const lines = [paint(fitted(` ${name.trimEnd()}  ${head}`, columns), ['accent'], style)];
  for (let line = 0; line < filesHeight; line++) {
    const text =
      problem !== undefined && line === 0
        ? problem
        : bytes === undefined
          ? line === 0
            ? 'reading its layer…'
            : ''
          : all.line(top + line);
    lines.push(fitted(` ${text}`, columns));
  }
  return lines;
}

function drawHelp({ columns, filesHeight }: Layout, style: Style): string[] {
  const lines = [paint(fitted(' Keys', columns), ['accent'], style)];
  const half = Math.ceil(HELP.length / 2);
  const isWide = columns >= 78;
  const rows = isWide ? half : HELP.length;
  const width = isWide ? Math.floor(columns / 2) : columns;
  const cell = (index: number) => {
    const [keys = '', text = ''] = HELP[index] ?? [];
    return fitted(` ${keys.padEnd(14)} ${text}`, width);
  };
  for (let row = 0; row < filesHeight; row++) {
    const line = row >= rows ? '' : isWide ? cell(row) + cell(row + half) : cell(row);
    lines.push(line + ' '.repeat(Math.max(0, columns - displayWidth(line))));
  }
  return lines;
}

function messageLine({ explorer, layout, style }: Drawing): string {
  const { prompt, message, filter } = explorer;
  const { columns } = layout;
  if (prompt?.kind === 'overwrite') {
    return paint(fitted(` ${prompt.text} (y/n)`, columns), ['title'], style);
  }
  if (prompt !== undefined) {
    const label = prompt.kind === 'filter' ? 'Filter' : 'Search';
    return paint(fitted(` ${label}: ${prompt.text}_`, columns), ['title'], style);
  }
  if (message !== '') return fitted(` ${message}`, columns);
  const hidden = (['added', 'removed', 'modified', 'unmodified'] as const).filter(
    (mark) => !explorer.isMarkShown(mark),
  );
  const parts = [
    ...(filter === '' ? [] : [`filter: ${filter}`]),
    ...(hidden.length === 0 ? [] : [`hidden: ${hidden.join(', ')}`]),
    ...(explorer.tree.order === 'size' ? ['largest first'] : []),
  ];
  return paint(fitted(` ${parts.join(' · ')}`, columns), ['dim'], style);
}

function keysLine({ explorer, preview, layout, style }: Drawing): string {
  const text =
    preview !== undefined
      ? 'q close · x text/hex · arrows scroll'
      : explorer.prompt !== undefined
        ? 'enter keep · esc cancel'
        : explorer.pane === 'layers'
          ? '? help · q quit · tab files · ^L layer · ^A aggregated · c compare with this'
          : '? help · q quit · tab layers · space fold · ^F filter · / search · v view · ^E extract';
  return paint(fitted(` ${text}`, layout.columns), ['dim'], style);
}
