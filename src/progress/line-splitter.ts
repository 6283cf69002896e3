/** Splits a stream of bytes into lines; chunks may end anywhere. */

/** Bytes. Longer lines are split: output without line breaks must not accumulate. */
const LONGEST_LINE = 1024 * 1024;
/** Bytes kept of an unfinished line: more than the width of any terminal. */
const PENDING = 4096;

export class LineSplitter {
  #rest: Uint8Array[] = [];
  #restLength = 0;

  /** @returns the lines that this chunk completes, without `\n` or `\r\n` */
  push(chunk: Uint8Array): Uint8Array[] {
    const lines: Uint8Array[] = [];
    let start = 0;
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, start)) {
      this.#keep(chunk.subarray(start, at));
      lines.push(this.#take());
      start = at + 1;
    }
    this.#keep(chunk.subarray(start));
    if (this.#restLength >= LONGEST_LINE) lines.push(this.#take());
    return lines;
  }

  /** The unfinished line, or its last part if it is long, as a terminal would show it. */
  pending(): Uint8Array {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for (let index = this.#rest.length - 1; index >= 0 && length < PENDING; index--) {
      const piece = this.#rest[index] ?? new Uint8Array();
      pieces.unshift(piece);
      length += piece.length;
    }
    return Buffer.concat(pieces).subarray(-PENDING);
  }

  /** @returns the last line if it is unfinished: none or one */
  flush(): Uint8Array[] {
    return this.#restLength === 0 ? [] : [this.#take()];
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    // Copied: the producer may reuse its buffer.
    this.#rest.push(Uint8Array.from(piece));
    this.#restLength += piece.length;
  }

  #take(): Uint8Array {
    const line = Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restLength = 0;
    return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
  }
}
