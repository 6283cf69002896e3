/** Edits of a text, and fixes made of them. */
import type { SourcePosition, SourceRange } from '../errors.ts';
import type { Fix, TextEdit } from '../lint/index.ts';

export function insertAt(position: SourcePosition, text: string): TextEdit {
  return { range: { start: position, end: position }, text };
}

export function replace(range: SourceRange, text: string): TextEdit {
  return { range, text };
}

/** A fix that changes nothing but how the text is written, or makes the image smaller. */
export function safeFix(title: string, ...edits: readonly TextEdit[]): Fix {
  return { title, safe: true, edits };
}

/** A fix that may change what the image does. */
export function riskyFix(title: string, ...edits: readonly TextEdit[]): Fix {
  return { title, safe: false, edits };
}

/**
 * The text after the edits.
 * @throws Error if two edits overlap
 */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const sorted = [...edits].sort((a, b) => a.range.start.offset - b.range.start.offset);
  let result = '';
  let at = 0;
  for (const { range, text: replacement } of sorted) {
    if (range.start.offset < at) throw new Error('edits overlap');
    result += text.slice(at, range.start.offset) + replacement;
    at = range.end.offset;
  }
  return result + text.slice(at);
}
