/** Texts of tests with a mark at the cursor. */
import { modelOf } from '../../src/lsp/model.ts';

/** @param marked with one `¦` where the cursor is */
export function atMark(marked: string) {
  const offset = marked.indexOf('¦');
  const text = marked.replace('¦', '');
  return { text, offset, model: modelOf(text, 'Dockerfile') };
}
