/** The explorer on a terminal: reads keys, draws, and does what reaches outside, until it is quit. */
import type { Version } from '../analysis/index.ts';
import { toText } from '../files/index.ts';
import { control, controlPreview, type Effect } from './control.ts';
import { draw } from './draw/draw.ts';
import { type Layout, layoutOf } from './draw/layout.ts';
import type { Style } from './draw/style.ts';
import { extractFile } from './extract-file.ts';
import { type Input, parseInput } from './keys.ts';
import { Explorer, type ExplorerOptions } from './model/explorer.ts';
import { isText, PREVIEW_BYTES, type Preview } from './model/preview.ts';
import { Screen, type Terminal } from './screen.ts';

export interface RunExplorerOptions extends ExplorerOptions {
  readonly terminal: Terminal;
  readonly style: Style;
  /** Extracted files go here. */
  readonly directory: string;
  /** The content of a version of a regular file; chunks are lent until the next one. */
  readonly read: (version: Version, signal: AbortSignal) => AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

/** Ends when the user quits, when the terminal is gone, or when the signal fires. */
export async function runExplorer(options: RunExplorerOptions): Promise<void> {
  const { terminal } = options;
  const session = new Session(options);
  session.draw();
  const off = [
    terminal.onResize(() => session.redraw()),
    terminal.onContinue(() => session.redraw()),
  ];
  try {
    for await (const text of terminal.input) {
      for (const input of parseInput(text)) if (session.handle(input) === 'quit') return;
      session.draw();
    }
  } finally {
    for (const stop of off) stop();
    session.end();
  }
}

class Session {
  readonly #options: RunExplorerOptions;
  readonly #explorer: Explorer;
  readonly #screen: Screen;
  #preview: Preview | undefined;
  /** Ends what is being read. */
  #reading = new AbortController();

  constructor(options: RunExplorerOptions) {
    this.#options = options;
    this.#explorer = new Explorer(options);
    this.#screen = new Screen(options.terminal);
  }

  draw(): void {
    const layout = this.#layout();
    const { layersHeight: layers, filesHeight: files } = layout;
    const explorer = this.#explorer;
    const isChanged = explorer.heights.layers !== layers || explorer.heights.files !== files;
    explorer.heights = { layers, files };
    // Keeps the selected rows in sight.
    if (isChanged) explorer.fitWindows();
    const { style } = this.#options;
    this.#screen.show(draw({ explorer, preview: this.#preview, layout, style }));
  }

  redraw(): void {
    this.#screen.forget();
    this.draw();
  }

  end(): void {
    this.#reading.abort();
  }

  handle(input: Input): 'quit' | undefined {
    if (this.#preview !== undefined && !isGlobal(input)) {
      this.#preview = controlPreview(this.#preview, input, this.#layout().filesHeight);
      if (this.#preview === undefined) this.#reading.abort();
      return undefined;
    }
    const effect = control(this.#explorer, input, this.#layout());
    if (effect?.kind === 'quit') return 'quit';
    if (effect !== undefined) this.#do(effect);
    return undefined;
  }

  #do(effect: Effect): void {
    if (effect.kind === 'suspend') this.#options.terminal.suspend();
    else if (effect.kind === 'preview') void this.#openPreview(effect.version);
    else if (effect.kind === 'extract') void this.#extract(effect.version, effect.overwrite);
  }

  #layout(): Layout {
    const { pane, isOnePane, options } = this.#explorer;
    const { length } = options.layers;
    return layoutOf(this.#options.terminal.size, { layers: length, pane, isOnePane });
  }

  #newSignal(): AbortSignal {
    this.#reading.abort();
    this.#reading = new AbortController();
    return AbortSignal.any([this.#reading.signal, this.#options.signal]);
  }

  async #openPreview(version: Version): Promise<void> {
    const { model } = this.#explorer.options.image;
    const signal = this.#newSignal();
    const size = model.versions.size(version);
    const title = toText(model.path(version));
    const opened: Preview = {
      ...{ title, size, bytes: undefined, mode: 'text', top: 0, problem: undefined },
    };
    this.#preview = opened;
    try {
      const bytes = await firstBytes(this.#options.read(version, signal), PREVIEW_BYTES);
      if (signal.aborted) return;
      this.#preview = { ...opened, bytes, mode: isText(bytes) ? 'text' : 'hex' };
    } catch (error) {
      if (signal.aborted) return;
      this.#preview = { ...opened, problem: messageOf(error) };
    }
    this.draw();
  }

  async #extract(version: Version, overwrite: boolean): Promise<void> {
    const { model } = this.#explorer.options.image;
    const explorer = this.#explorer;
    const signal = this.#newSignal();
    const path = model.path(version);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const shown = toText(name);
    explorer.message = `extracting ${shown}…`;
    try {
      const { directory, read } = this.#options;
      const isExecutable = (model.versions.metadata(version).mode & 0o111) !== 0;
      const content = read(version, signal);
      const done = await extractFile({ directory, name, isExecutable, content, overwrite });
      explorer.message = '';
      if (done === 'written') explorer.message = `wrote ./${shown}`;
      else if (done === 'is-directory') explorer.message = `./${shown} is a directory`;
      else explorer.prompt = { kind: 'overwrite', text: `./${shown} exists. Replace it?`, version };
    } catch (error) {
      if (signal.aborted) return;
      explorer.message = messageOf(error);
    }
    this.draw();
  }
}

/** Keys that mean the same whatever is shown. */
function isGlobal(input: Input): boolean {
  return input.kind === 'key' && (input.name === 'ctrl+c' || input.name === 'ctrl+z');
}

async function firstBytes(content: AsyncIterable<Uint8Array>, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of content) {
    chunks.push(Buffer.from(chunk.subarray(0, most - size)));
    size += chunk.length;
    if (size >= most) break;
  }
  return Buffer.concat(chunks);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
