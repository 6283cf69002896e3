/**
 * The bottom of a terminal that is painted again and again; lines that stay scroll away above it. Terminals wrap what
 * is painted again when they become narrower, so its height is worked out anew for each repaint. Rows are erased one
 * by one: many terminals answer the erasing of a whole screen by moving it into the scrollback, once for each repaint.
 */
import type { Write } from './display.ts';
import { wrappedRows } from './terminal-text.ts';

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface LiveAreaOptions {
  readonly write: Write;
  /** The terminal's size, asked for at each repaint. */
  readonly size: () => TerminalSize;
  /** Whether the terminal wraps lines again when its width changes. Default: true. */
  readonly rewraps?: boolean | undefined;
}

export class LiveArea {
  readonly #options: LiveAreaOptions;
  /** Lines on the screen that the next paint replaces. */
  #painted: readonly string[] = [];

  constructor(options: LiveAreaOptions) {
    this.#options = options;
  }

  /**
   * @param lasting lines that stay, of any width
   * @param frame the new area: fewer lines than the terminal has rows, each narrower than the terminal
   */
  paint(lasting: readonly string[], frame: readonly string[]): void {
    if (lasting.length === 0 && frame.join('\n') === this.#painted.join('\n')) return;
    const text = [...lasting, ...frame].map((line) => `${line}\n`).join('');
    const erase = eraseUp(this.#paintedRows());
    this.#painted = frame;
    this.#options.write(`${BEGIN_UPDATE}${erase}${text}${END_UPDATE}`);
  }

  /** What lies above the screen's top has become scrollback, and nothing reaches it there. */
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

/** Terminals that know synchronised updates show no half-painted frame; others ignore them. */
const BEGIN_UPDATE = '\x1b[?2026h';
const END_UPDATE = '\x1b[?2026l';
