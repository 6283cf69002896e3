/** Puts lines on a terminal, and only those that have changed. */

/** A terminal in raw mode that shows nothing but the explorer. */
export interface Terminal {
  readonly size: { readonly columns: number; readonly rows: number };
  write(text: string): void;
  /** What is typed; ends when the terminal is gone. */
  readonly input: AsyncIterable<string>;
  onResize(listener: () => void): () => void;
  /** Gives the terminal back to the shell until the process is continued. */
  suspend(): void;
  /** Calls back when something else may be on the screen. */
  onContinue(listener: () => void): () => void;
}

export class Screen {
  readonly #terminal: Terminal;
  #shown: readonly string[] = [];

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(lines: readonly string[]): void {
    let text = '';
    for (const [row, line] of lines.entries()) {
      if (line !== this.#shown[row]) text += `\x1b[${row + 1};1H\x1b[0m${line}`;
    }
    this.#shown = lines;
    if (text !== '') this.#terminal.write(text);
  }

  /** Whatever is on the screen, the next `show` writes everything. */
  forget(): void {
    this.#shown = [];
    this.#terminal.write('\x1b[0m\x1b[2J');
  }
}
