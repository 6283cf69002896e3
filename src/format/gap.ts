/** What is between two tokens of an instruction. */
import { trimSpaces } from '../dockerfile/index.ts';

export interface Gap {
  /** The second token is on a later line. */
  readonly isBroken: boolean;
  /** Without their indentation. */
  readonly comments: readonly string[];
  /** Text that belongs to no token, in order: the comma of a JSON array, or a bare `--`. */
  readonly code: readonly { readonly start: number; readonly end: number }[];
}

/** @param start end of a token; @param end start of the next one, or of the text after the instruction */
export function readGap(text: string, start: number, end: number, escaper: string): Gap {
  const comments: string[] = [];
  const code: { start: number; end: number }[] = [];
  let at = start;
  for (;;) {
    const feed = text.indexOf('\n', at);
    const isLast = feed < 0 || feed >= end;
    const line = text.slice(at, isLast ? end : feed);
    const content = trimSpaces(line);
    if (at > start && content.startsWith('#')) {
      comments.push(content);
    } else {
      const mayContinue = !isLast || end === text.length;
      const isContinued = mayContinue && content.endsWith(escaper);
      const own = isContinued ? trimSpaces(content.slice(0, -1)) : content;
      const from = at + line.indexOf(own);
      if (own !== '') code.push({ start: from, end: from + own.length });
    }
    if (isLast) return { isBroken: at > start, comments, code };
    at = feed + 1;
  }
}
