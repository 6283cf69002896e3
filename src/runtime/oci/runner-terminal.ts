/**
 * A terminal for output only: `run -t` without `-i`. The runtime makes a terminal raw even if it does not read from it;
 * then Ctrl-C would be a byte that nobody reads. So its modes are restored as soon as they change: Ctrl-C is a signal
 * to lamina again, and typed text stays for the next reader.
 */
import { spawnSync } from 'node:child_process';
import { isatty } from 'node:tty';

const INTERVAL_MS = 20;
const ATTEMPTS = 250;

export class UntypedTerminal implements Disposable {
  readonly #fd: number;
  readonly #modes: string;
  readonly #timer: NodeJS.Timeout;
  #attempts = 0;

  private constructor(fd: number, modes: string) {
    this.#fd = fd;
    this.#modes = modes;
    this.#timer = setInterval(() => this.#check(), INTERVAL_MS);
  }

  /**
   * Watches the terminal among our own standard streams, if there is one.
   * @param runtimeReads whether the runtime gets standard input
   */
  static watch(runtimeReads: boolean): UntypedTerminal | undefined {
    const fd = runtimeReads ? undefined : [2, 1, 0].find((stream) => isatty(stream));
    const modes = fd === undefined ? '' : modesOf(fd);
    return fd === undefined || modes === '' ? undefined : new UntypedTerminal(fd, modes);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #check(): void {
    this.#attempts += 1;
    const isChanged = modesOf(this.#fd) !== this.#modes;
    if (isChanged) stty(this.#fd, this.#modes);
    if (isChanged || this.#attempts >= ATTEMPTS) clearInterval(this.#timer);
  }
}

function modesOf(fd: number): string {
  return stty(fd, '-g').trim();
}

function stty(fd: number, argument: string): string {
  const { stdout } = spawnSync('stty', [argument], {
    stdio: [fd, 'pipe', 'ignore'],
    encoding: 'utf8',
  });
  return stdout ?? '';
}
