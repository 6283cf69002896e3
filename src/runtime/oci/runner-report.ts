/** What a program of system calls reports: a file, since whoever reads it knows when the program has ended. */
import { closeSync, openSync, readFileSync } from 'node:fs';

export class ReportFile implements Disposable {
  /** To append to. */
  readonly fd: number;
  readonly #path: string;

  /** @param base the bundle */
  constructor(base: string) {
    this.#path = `${base}/report`;
    this.fd = openSync(this.#path, 'ax', 0o600);
  }

  [Symbol.dispose](): void {
    closeSync(this.fd);
  }

  /** @returns all that was written */
  read(): Buffer {
    return readFileSync(this.#path);
  }
}
