/** A real terminal for the built command: a window of a separate tmux server. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { COMMAND, type Workbench } from './cli.ts';
import { ensureTool } from './tools.ts';

export interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Where the command runs; default: where the test does. */
  readonly cwd?: string;
  /** Types the command into an interactive shell, which has job control and says `$ `. */
  readonly shell?: boolean;
}

let count = 0;

/** Disposal ends the programs in it. */
export class Terminal implements Disposable {
  readonly #tmux: string;
  readonly #socket = `lamina-${process.pid}-${++count}`;

  /** Starts a lamina command; prints `[status N]` after it. */
  constructor(bench: Workbench, args: readonly string[], options: TerminalOptions) {
    this.#tmux = ensureTool('tmux', 'tmux');
    const env = {
      LAMINA_ROOT: bench.store,
      PATH: process.env.PATH ?? '',
      LC_ALL: 'C.UTF-8',
      ...(options.shell && { PS1: '$ ', ENV: '' }),
      ...options.env,
    };
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const command = ['env', ...variables, process.execPath, COMMAND, ...args].map(quoted).join(' ');
    const { columns, rows, cwd = process.cwd(), shell = false } = options;
    const once = `${command}; echo "[status $?]"`;
    const interactive = ['env', ...variables, 'sh', '-i'].map(quoted).join(' ');
    this.#run(
      ...['-u', '-f', '/dev/null', 'new-session', '-d', '-x', `${columns}`, '-y', `${rows}`],
      ...['-c', cwd, shell ? interactive : `${once}; read -r _`],
    );
    if (shell) this.type(once, 'Enter');
  }

  /** Sends a signal to the lamina that runs in it. */
  signal(name: NodeJS.Signals): void {
    const shell = this.#run('display-message', '-p', '#{pane_pid}').trim();
    const children = readFileSync(`/proc/${shell}/task/${shell}/children`, 'utf8');
    for (const child of children.trim().split(' ')) process.kill(Number(child), name);
  }

  /** Clicks a cell, counted from 0. */
  click(column: number, row: number): void {
    this.#run('send-keys', '-l', `\x1b[<0;${column + 1};${row + 1}M`);
  }

  /** The screen, without blank lines at its end. */
  screen(): string[] {
    return this.#capture();
  }

  /** The screen with its scrollback. */
  everything(): string[] {
    return this.#capture('-S', '-');
  }

  /** What is on the screen with its colours, as escape sequences. */
  styled(): string {
    return this.#capture('-e').join('\n');
  }

  get title(): string {
    return this.#run('display-message', '-p', '#{pane_title}').trim();
  }

  resize(columns: number, rows: number): void {
    this.#run('resize-window', '-x', `${columns}`, '-y', `${rows}`);
  }

  /** Types keys, by tmux's names: `C-c`, `Enter`, `y`. */
  type(...keys: readonly string[]): void {
    this.#run('send-keys', ...keys);
  }

  /**
   * Waits until the screen with its scrollback matches.
   *
   * @throws Error with the screen if it never does
   */
  async until(pattern: RegExp): Promise<string[]> {
    for (let tries = 0; tries < 400; tries++) {
      const lines = this.everything();
      if (pattern.test(lines.join('\n'))) return lines;
      await delay(50);
    }
    throw new Error(`the terminal never shows ${pattern}:\n${this.everything().join('\n')}`);
  }

  /**
   * Waits until what is on the screen now matches.
   *
   * @throws Error with the screen when it never does
   */
  async shows(pattern: RegExp): Promise<string[]> {
    for (let tries = 0; tries < 400; tries++) {
      const lines = this.screen();
      if (pattern.test(lines.join('\n'))) return lines;
      await delay(50);
    }
    throw new Error(`the screen never shows ${pattern}:\n${this.screen().join('\n')}`);
  }

  /** Waits for the end of the command. @returns its exit status */
  async status(): Promise<number> {
    const shown = (await this.until(/^\[status \d+\]$/m)).join('\n');
    return Number(/^\[status (\d+)\]$/m.exec(shown)?.[1]);
  }

  [Symbol.dispose](): void {
    this.#run('kill-server');
  }

  #capture(...options: readonly string[]): string[] {
    return this.#run('capture-pane', '-p', ...options)
      .trimEnd()
      .split('\n');
  }

  #run(...args: readonly string[]): string {
    return execFileSync(this.#tmux, ['-L', this.#socket, ...args], { encoding: 'utf8' });
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
