/** What each key and click does. Knows nothing of terminals: whatever reaches outside is an effect. */
import { NONE, type Version } from '../analysis/index.ts';
import { hasRoomForAttributes, type Layout, viewTabs } from './draw/layout.ts';
import type { Input } from './keys.ts';
import { type Explorer, VIEWS } from './model/explorer.ts';
import { type Preview, previewLines } from './model/preview.ts';

export type Effect =
  | { readonly kind: 'quit' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'preview'; readonly version: Version }
  | { readonly kind: 'extract'; readonly version: Version; readonly overwrite: boolean };

const QUIT: Effect = { kind: 'quit' };

/** @returns what is left to do outside of the explorer */
export function control(explorer: Explorer, input: Input, layout: Layout): Effect | undefined {
  if (input.kind === 'key' && input.name === 'ctrl+z') return { kind: 'suspend' };
  if (explorer.prompt !== undefined) return controlPrompt(explorer, input);
  explorer.message = '';
  if (explorer.showsHelp) {
    explorer.showsHelp = false;
    return input.kind === 'key' && input.name === 'ctrl+c' ? QUIT : undefined;
  }
  if (input.kind === 'mouse') {
    click(explorer, input, layout);
    return undefined;
  }
  const name = nameOf(input);
  if (name === 'ctrl+b') {
    explorer.showsAttributes = !(explorer.showsAttributes ?? hasRoomForAttributes(layout));
  }
  const action = COMMON[name] ?? (explorer.pane === 'layers' ? LAYERS : FILES)[name];
  const result = action?.(explorer);
  return isEffect(result) ? result : undefined;
}

/** @returns undefined when the preview is closed */
export function controlPreview(
  preview: Preview,
  input: Input,
  height: number,
): Preview | undefined {
  const last = Math.max(0, previewLines(preview).length - height);
  const scrolled = (top: number) => ({ ...preview, top: Math.max(0, Math.min(top, last)) });
  if (input.kind === 'mouse') {
    if (input.action === 'press') return preview;
    return scrolled(preview.top + (input.action === 'down' ? WHEEL : -WHEEL));
  }
  const { top } = preview;
  switch (nameOf(input)) {
    case 'q':
    case 'escape':
    case 'v':
    case 'f3':
    case 'left':
    case 'h':
      return undefined;
    case 'x':
      return { ...preview, mode: preview.mode === 'text' ? 'hex' : 'text', top: 0 };
    case 'down':
    case 'j':
      return scrolled(top + 1);
    case 'up':
    case 'k':
      return scrolled(top - 1);
    case 'pagedown':
    case 'd':
    case 'space':
      return scrolled(top + height);
    case 'pageup':
    case 'u':
      return scrolled(top - height);
    case 'home':
    case 'g':
      return scrolled(0);
    case 'end':
    case 'G':
      return scrolled(last);
    default:
      return preview;
  }
}

const nameOf = (input: Exclude<Input, { kind: 'mouse' }>): string =>
  input.kind === 'key' ? input.name : input.text;

/** Of what an action gives back only effects count. */
type Actions = Readonly<Record<string, ((explorer: Explorer) => unknown) | undefined>>;

function isEffect(result: unknown): result is Effect {
  return typeof result === 'object' && result !== null && 'kind' in result;
}

const COMMON: Actions = {
  q: () => QUIT,
  'ctrl+c': () => QUIT,
  '?': (explorer) => {
    explorer.showsHelp = true;
  },
  tab: (explorer) => {
    explorer.pane = explorer.pane === 'layers' ? 'files' : 'layers';
  },
  'shift+tab': (explorer) => {
    explorer.pane = explorer.pane === 'layers' ? 'files' : 'layers';
  },
  ...Object.fromEntries(
    VIEWS.map((view, index) => [`${index + 1}`, (explorer: Explorer) => explorer.setView(view)]),
  ),
  up: (explorer) => explorer.move(-1),
  k: (explorer) => explorer.move(-1),
  down: (explorer) => explorer.move(1),
  j: (explorer) => explorer.move(1),
  pageup: (explorer) => explorer.page(-1),
  u: (explorer) => explorer.page(-1),
  pagedown: (explorer) => explorer.page(1),
  d: (explorer) => explorer.page(1),
  home: (explorer) => explorer.moveTo(0),
  g: (explorer) => explorer.moveTo(0),
  end: (explorer) => explorer.moveTo(Number.MAX_SAFE_INTEGER),
  G: (explorer) => explorer.moveTo(Number.MAX_SAFE_INTEGER),
  'ctrl+f': (explorer) => {
    explorer.prompt = { kind: 'filter', text: explorer.filter };
  },
  'ctrl+slash': (explorer) => {
    explorer.prompt = { kind: 'filter', text: explorer.filter };
  },
  '/': (explorer) => {
    explorer.pane = 'files';
    explorer.view = 'tree';
    explorer.prompt = { kind: 'search', text: '', start: explorer.selected };
  },
  n: (explorer) => explorer.find(explorer.search, 1),
  N: (explorer) => explorer.find(explorer.search, -1),
  escape: (explorer) => {
    if (explorer.filter !== '') explorer.setFilter('');
    else if (typeof explorer.basis === 'number' && explorer.options.isComparison !== true) {
      explorer.setBasis('layer');
    }
  },
  'ctrl+o': (explorer) => explorer.toggleOrder(),
  // dive wraps long lines there; here they get the whole width.
  'ctrl+p': (explorer) => {
    explorer.isOnePane = !explorer.isOnePane;
    explorer.pane = 'files';
  },
};

const LAYERS: Actions = {
  'ctrl+l': (explorer) => explorer.setBasis('layer'),
  'ctrl+a': (explorer) => explorer.setBasis('aggregated'),
  c: (explorer) => explorer.setBasis(explorer.layers.row),
  enter: (explorer) => {
    explorer.pane = 'files';
  },
  right: (explorer) => {
    explorer.pane = 'files';
  },
  l: (explorer) => {
    explorer.pane = 'files';
  },
};

const FILES: Actions = {
  space: (explorer) => explorer.toggle(),
  'ctrl+space': (explorer) => explorer.toggleAll(),
  right: (explorer) => explorer.open(),
  l: (explorer) => explorer.open(),
  left: (explorer) => explorer.close(),
  h: (explorer) => explorer.close(),
  'ctrl+a': (explorer) => explorer.toggleMark('added'),
  'ctrl+r': (explorer) => explorer.toggleMark('removed'),
  'ctrl+u': (explorer) => explorer.toggleMark('unmodified'),
  // The same as Ctrl+M.
  enter: (explorer) => {
    if (explorer.view === 'tree') explorer.toggleMark('modified', 'metadata');
    else explorer.showInTree();
  },
  v: (explorer) => withFile(explorer, (version) => ({ kind: 'preview', version })),
  f3: (explorer) => withFile(explorer, (version) => ({ kind: 'preview', version })),
  'ctrl+e': (explorer) =>
    withFile(explorer, (version) => ({ kind: 'extract', version, overwrite: false })),
};

function withFile(explorer: Explorer, effect: (version: Version) => Effect): Effect | undefined {
  const version = explorer.selectedFile();
  return version === NONE ? undefined : effect(version);
}

function controlPrompt(explorer: Explorer, input: Input): Effect | undefined {
  const { prompt } = explorer;
  if (prompt === undefined || input.kind === 'mouse') return undefined;
  const name = nameOf(input);
  if (name === 'ctrl+c') return QUIT;
  if (prompt.kind === 'overwrite') {
    explorer.prompt = undefined;
    explorer.message = '';
    if (name !== 'y' && name !== 'Y') return undefined;
    return { kind: 'extract', version: prompt.version ?? NONE, overwrite: true };
  }
  if (name === 'enter' || name === 'tab' || name === 'down') explorer.prompt = undefined;
  else if (name === 'escape') {
    explorer.prompt = undefined;
    if (prompt.kind === 'filter') explorer.setFilter('');
    else explorer.select(prompt.start ?? NONE);
  } else changeText(explorer, edited(prompt.text, input));
  if (explorer.prompt === undefined) explorer.pane = 'files';
  return undefined;
}

function changeText(explorer: Explorer, text: string): void {
  const { prompt } = explorer;
  if (prompt === undefined || text === prompt.text) return;
  explorer.prompt = { ...prompt, text };
  if (prompt.kind === 'filter') explorer.setFilter(text);
  else {
    explorer.select(prompt.start ?? NONE);
    explorer.find(text, 1, 'here');
  }
}

function edited(text: string, input: Input): string {
  if (input.kind === 'text') return text + input.text;
  if (input.kind !== 'key') return text;
  if (input.name === 'space') return `${text} `;
  if (input.name === 'backspace') return [...text].slice(0, -1).join('');
  return input.name === 'ctrl+u' ? '' : text;
}

const WHEEL = 3;

function click(
  explorer: Explorer,
  { action, column, row }: Extract<Input, { kind: 'mouse' }>,
  { columns, layersWidth, top, layersHeight, filesHeight }: Layout,
): void {
  const isLayers = column < layersWidth;
  if (action !== 'press') {
    explorer.pane = isLayers ? 'layers' : 'files';
    explorer.move(action === 'down' ? WHEEL : -WHEEL);
    return;
  }
  const tabs = row === 1 ? viewTabs(columns, explorer.view) : [];
  const tab = tabs.findIndex((one) => isWithin(one, column));
  const view = VIEWS[tab];
  if (view !== undefined) {
    explorer.setView(view);
    return;
  }
  const line = row - top;
  if (line < 0 || line >= filesHeight) return;
  explorer.pane = isLayers ? 'layers' : 'files';
  if (isLayers) {
    if (line < layersHeight) explorer.moveTo(explorer.layers.top + line);
    return;
  }
  const target = explorer.files.top + line;
  if (target >= explorer.length) return;
  if (target === explorer.files.row) explorer.toggle();
  else explorer.moveTo(target);
}

function isWithin(
  { text, column }: { readonly text: string; readonly column: number },
  at: number,
): boolean {
  return at >= column && at < column + text.length;
}
