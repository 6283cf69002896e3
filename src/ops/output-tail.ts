/** Keeps the end of a process's output, for the message when it fails. */

const LINES = 20;
const BYTES = 16 * 1024;

export class OutputTail {
  #chunks: Buffer[] = [];
  #length = 0;

  push(data: Uint8Array): void {
    this.#chunks.push(Buffer.from(data));
    this.#length += data.length;
    if (this.#length > 4 * BYTES) this.#trim();
  }

  /** The last lines, oldest first, without line ends. */
  lines(): readonly string[] {
    this.#trim();
    const text = Buffer.concat(this.#chunks).toString('utf8');
    const lines = text.split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    return lines.slice(-LINES);
  }

  #trim(): void {
    const kept = Buffer.concat(this.#chunks);
    this.#chunks = [kept.subarray(Math.max(0, kept.length - BYTES))];
    this.#length = this.#chunks[0]?.length ?? 0;
  }
}
