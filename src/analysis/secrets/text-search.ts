/** Looks for what secrets look like in contents of any size, window by window. */
import type { BytePath } from '../../files/index.ts';
import { type SecretKind, secretsInFile } from './secret-patterns.ts';

/** What is searched at once; a larger content that is no text is data. */
const WINDOW = 256 << 10;
/** Windows share more than a pattern needs to match. */
const OVERLAP = 4 << 10;
/** As git tells text from data. */
const SNIFFED = 8000;
/** They end a token, and begin another. */
const BOUNDARIES = new Set(Buffer.from('\n\r\t "\'`,;(){}[]<>'));

/** Takes a content piece by piece. */
export class TextSearch {
  readonly #path: BytePath;
  readonly #isLarge: boolean;
  readonly #kinds = new Set<SecretKind>();
  #pieces: Buffer[] = [];
  #length = 0;
  #isData: boolean | undefined;

  /** @param size of the content, in bytes */
  constructor(path: BytePath, size: number) {
    this.#path = path;
    this.#isLarge = size > WINDOW;
  }

  /** Whether the rest does not matter: the content is large, and no text. */
  get isDone(): boolean {
    return this.#isData === true;
  }

  /** @param bytes are copied */
  add(bytes: Uint8Array): void {
    if (this.isDone) return;
    this.#pieces.push(Buffer.from(bytes));
    this.#length += bytes.length;
    if (!this.#isLarge) return;
    if (this.#isData === undefined && this.#length >= SNIFFED) this.#sniff();
    if (!this.isDone && this.#length >= WINDOW + OVERLAP) this.#searchWindow();
  }

  /** @returns each kind once */
  finish(): readonly SecretKind[] {
    if (!this.isDone) this.#search(Buffer.concat(this.#pieces));
    return [...this.#kinds];
  }

  #sniff(): void {
    const start = Buffer.concat(this.#pieces);
    this.#isData = start.subarray(0, SNIFFED).includes(0);
    this.#keep(this.#isData ? Buffer.alloc(0) : start);
  }

  #searchWindow(): void {
    const window = Buffer.concat(this.#pieces);
    const end = boundaryBefore(window, window.length);
    this.#search(window.subarray(0, end));
    this.#keep(window.subarray(boundaryBefore(window, end - OVERLAP)));
  }

  #keep(rest: Buffer): void {
    this.#pieces = [rest];
    this.#length = rest.length;
  }

  #search(window: Buffer): void {
    for (const kind of secretsInFile(this.#path, window.toString('latin1'))) this.#kinds.add(kind);
  }
}

/** The nearest place before `at` where no token is cut in two, or `at` itself, if there is none near. */
function boundaryBefore(window: Buffer, at: number): number {
  for (let place = at - 1; place >= Math.max(0, at - OVERLAP); place--) {
    if (BOUNDARIES.has(window[place] ?? 0)) return place;
  }
  return at;
}
