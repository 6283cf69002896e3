/** Where the panes are on a screen, for drawing and for the mouse. */
import { VIEWS, type ViewName } from '../model/explorer.ts';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Rows and columns count from 0. */
export interface Layout extends ScreenSize {
  /** Columns of the pane with layers; 0 where only the other is shown. */
  readonly layersWidth: number;
  readonly filesWidth: number;
  /** The first row of both lists. */
  readonly top: number;
  readonly layersHeight: number;
  readonly filesHeight: number;
  /** Rows below the layers, about the selected one and the image. */
  readonly detailsHeight: number;
}

/** Narrower screens show one pane at a time. */
const ONE_PANE = 60;
/** Title, views, the titles of the panes; then the message and the keys. */
const ABOVE = 3;
const BELOW = 2;

export interface LayoutOptions {
  readonly layers: number;
  readonly pane: 'layers' | 'files';
  /** One pane at a time, however wide the screen is. */
  readonly isOnePane: boolean;
}

export function layoutOf(
  { columns, rows }: ScreenSize,
  { layers, pane, isOnePane }: LayoutOptions,
): Layout {
  const body = Math.max(1, rows - ABOVE - BELOW);
  const split = Math.max(30, Math.min(70, Math.floor(columns * 0.4)));
  const isSplit = columns >= ONE_PANE && !isOnePane;
  const layersWidth = isSplit ? split : pane === 'layers' ? columns : 0;
  const wanted = Math.max(3, body - 9);
  const layersHeight = Math.min(Math.max(1, layers), Math.min(wanted, body));
  return {
    ...{ columns, rows, layersWidth, top: ABOVE },
    filesWidth: isSplit ? columns - split - 1 : columns - layersWidth,
    layersHeight,
    filesHeight: body,
    detailsHeight: body - layersHeight,
  };
}

export interface ViewTab {
  readonly text: string;
  readonly column: number;
}

/** Where the name of each view is, in the second row. Narrow screens have the name of the current one only. */
export function viewTabs(columns: number, current: ViewName): readonly ViewTab[] {
  const named = tabsOf((view, index) => `${index + 1} ${view}`);
  const last = named.at(-1);
  if (last === undefined || last.column + last.text.length < columns) return named;
  return tabsOf((view, index) => (view === current ? `${index + 1} ${view}` : `${index + 1}`));
}

function tabsOf(textOf: (view: ViewName, index: number) => string): readonly ViewTab[] {
  let column = 1;
  return VIEWS.map((view, index) => {
    const text = textOf(view, index);
    const tab = { text, column };
    column += text.length + 3;
    return tab;
  });
}

/** Next to the names of files. */
export function hasRoomForAttributes({ filesWidth }: Layout): boolean {
  return filesWidth >= WITH_ATTRIBUTES;
}

const WITH_ATTRIBUTES = 70;
