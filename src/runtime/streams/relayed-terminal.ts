/** The other end of a process's terminal: what the process writes is passed on, and what is typed goes to it. */
import { spawnSync } from 'node:child_process';
import { isatty, ReadStream } from 'node:tty';
import { passOn } from './pass-on.ts';
import type { OwnTerminal } from './streams.ts';
import { changedTerminalSize, type TerminalSize } from './terminal-size.ts';

const USUAL_SIZE: TerminalSize = { height: 24, width: 80 };

export class RelayedTerminal {
  readonly #masterFd: number;
  readonly #master: ReadStream;
  readonly #output: Promise<void>;
  readonly #input: ReadStream | undefined;

  /** @param masterFd of the terminal; it is closed with this */
  constructor(masterFd: number, size: TerminalSize | undefined, { interactive }: OwnTerminal) {
    this.#masterFd = masterFd;
    this.#setSize(size ?? USUAL_SIZE);
    this.#master = new ReadStream(masterFd);
    // Reading fails when the last process has closed the terminal.
    this.#master.on('error', () => this.#master.destroy());
    this.#output = passOn(this.#master, 1);
    this.#input = interactive && isatty(0) ? new ReadStream(0) : undefined;
    this.#input?.setRawMode(true);
    this.#input?.on('data', (chunk) => this.#master.write(chunk));
  }

  /** After the size of our own terminal has changed. */
  resize(): void {
    const size = changedTerminalSize();
    if (size !== undefined) this.#setSize(size);
  }

  /** @param hasRun whether there was a process on it, whose output is passed on to the end */
  async close(hasRun: boolean): Promise<void> {
    this.#input?.setRawMode(false);
    this.#input?.destroy();
    if (!hasRun) this.#master.destroy();
    await this.#output;
  }

  #setSize({ height, width }: TerminalSize): void {
    const size = ['rows', String(height), 'cols', String(width)];
    spawnSync('stty', size, { stdio: [this.#masterFd, 'ignore', 'ignore'] });
  }
}
