/** Locations in a file, in BuildKit's JSON format: lines count from 1, characters from 0. */
import type { SourceFile } from '../../api/index.ts';
import type { SourcePosition, SourceRange } from '../../errors.ts';

export function locationJson({ start, end }: SourceRange) {
  return { ranges: [{ start: positionJson(start), end: positionJson(end) }] };
}

function positionJson({ line, column }: SourcePosition) {
  return { line, character: column - 1 };
}

export function sourceData({ text }: SourceFile): string {
  return Buffer.from(text).toString('base64');
}
