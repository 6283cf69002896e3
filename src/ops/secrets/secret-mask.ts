/** Removes a step's secrets from its output. */
import { formsOf, type SecretText } from './secret-forms.ts';

const MASK = Buffer.from('***');
const NOTHING = Buffer.alloc(0);

/** For one stream of a process; the secrets may come in pieces. */
export class SecretMask {
  readonly #patterns: readonly Buffer[];
  #held: Buffer = NOTHING;

  constructor(secrets: readonly SecretText[]) {
    this.#patterns = secrets.flatMap(formsOf).map(({ bytes }) => bytes);
  }

  /** @returns the bytes to show; a possible beginning of a secret at the end is held back until more comes */
  push(data: Uint8Array): Uint8Array {
    if (this.#patterns.length === 0) return data;
    const all = Buffer.concat([this.#held, data]);
    const parts: Buffer[] = [];
    const at = this.#replace(all, parts);
    const kept = this.#beginningAtEnd(all.subarray(at));
    parts.push(all.subarray(at, all.length - kept));
    this.#held = all.subarray(all.length - kept);
    return Buffer.concat(parts);
  }

  /** The bytes held back: no secret followed. */
  flush(): Uint8Array {
    const held = this.#held;
    this.#held = NOTHING;
    return held;
  }

  /** Handles bytes up to the end of the last secret; of two that begin at one position, the longer one counts. */
  #replace(all: Buffer, parts: Buffer[]): number {
    const next = this.#patterns.map((pattern) => all.indexOf(pattern));
    for (let at = 0; ; ) {
      let start = -1;
      let length = 0;
      for (const [index, pattern] of this.#patterns.entries()) {
        if ((next[index] ?? -1) >= 0 && (next[index] ?? 0) < at) {
          next[index] = all.indexOf(pattern, at);
        }
        const found = next[index] ?? -1;
        if (found < 0) continue;
        if (start < 0 || found < start || (found === start && pattern.length > length)) {
          start = found;
          length = pattern.length;
        }
      }
      if (start < 0) return at;
      parts.push(all.subarray(at, start), MASK);
      at = start + length;
    }
  }

  /** How many bytes at the end may be the beginning of a secret, at most. */
  #beginningAtEnd(rest: Buffer): number {
    let most = 0;
    for (const pattern of this.#patterns) {
      for (let length = Math.min(pattern.length - 1, rest.length); length > most; length--) {
        if (rest.subarray(rest.length - length).equals(pattern.subarray(0, length))) most = length;
      }
    }
    return most;
  }
}
