/**
 * An area at the bottom of a terminal that is repainted; permanent lines scroll away above it. A terminal that becomes
 * narrower rewraps the area, so each repaint recalculates its height. Rows are erased one by one: many terminals move
 * an erased screen into the scrollback, for each repaint.
 */
import type { Write } from './display.ts';
import { wrappedRows } from './terminal-text.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface LiveAreaOptions {
  readonly write: Write;
  /** The terminal's size; called for each repaint. */
  readonly size: () => TerminalSize;
  /** Whether the terminal rewraps lines when its width changes. Default: true. */
  readonly rewraps?: boolean | undefined;
}

export class LiveArea {
  readonly #options: LiveAreaOptions;
  /** Lines on the screen that the next repaint replaces. */
  #painted: readonly string[] = [];

  constructor(options: LiveAreaOptions) {
    this.#options = options;
  }

  /**
   * @param lasting permanent lines, of any width
   * @param frame the new area: fewer lines than the terminal has rows, each narrower than the terminal
   */
  paint(lasting: readonly string[], frame: readonly string[]): void {
    if (lasting.length === 0 && frame.join('\n') === this.#painted.join('\n')) return;
    const text = [...lasting, ...frame].map((line) => `${line}\n`).join('');
    const erase = eraseUp(this.#paintedRows());
    this.#painted = frame;
    this.#options.write(`${BEGIN_UPDATE}${erase}${text}${END_UPDATE}`);
  }

  /** Rows above the top of the screen are in the scrollback and cannot be erased. */
  #paintedRows(): number {
    const { size, rewraps = true } = this.#options;
    const { columns, rows } = size();
    const painted = this.#painted.reduce(
      (sum, line) => sum + (rewraps ? wrappedRows(line, columns) : 1),
      0,
    );
    return Math.min(painted, rows - 1);
  }
}

function eraseUp(rows: number): string {
  if (rows === 0) return '';
  return `\r${'\x1b[A\x1b[2K'.repeat(rows)}`;
}

/** Terminals with synchronised updates show no half-painted frame; others ignore this. */
const BEGIN_UPDATE = '\x1b[?2026h';
const END_UPDATE = '\x1b[?2026l';
