import { isSpace } from '../space.ts';

export interface LexedWord {
  readonly text: string;
  /** Start of the word in the text before expansion. */
  readonly start: number;
  readonly end: number;
}

/** Splits an expanded text into words at unquoted spaces. */
export class WordsCollector {
  readonly words: LexedWord[] = [];
  private current = '';
  private start = 0;
  private end = 0;

  /** Adds text whose spaces are part of a word; it comes from `start..end`. */
  addQuoted(text: string, start: number, end: number): void {
    if (text === '') return;
    if (this.current === '') this.start = start;
    this.current += text;
    this.end = end;
  }

  /**
   * Adds text whose spaces end a word. It is the source from `start` on, or, with `end`, was expanded from
   * `start..end`.
   */
  addPlain(text: string, start: number, end?: number): void {
    let from = 0;
    for (let at = 0; at <= text.length; at += 1) {
      if (at < text.length && !isSpace(text.charCodeAt(at))) continue;
      if (at > from) {
        const piece = text.slice(from, at);
        this.addQuoted(piece, end === undefined ? start + from : start, end ?? start + at);
      }
      if (at < text.length) this.finish();
      from = at + 1;
    }
  }

  finish(): void {
    if (this.current === '') return;
    this.words.push({ text: this.current, start: this.start, end: this.end });
    this.current = '';
  }
}
