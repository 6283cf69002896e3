/** What is being written at an offset: the input of completion. */
import { type InstructionNode, physicalLines } from '../dockerfile/index.ts';
import { type DockerfileModel, nodeAt } from './model.ts';

export type Cursor =
  | { readonly kind: 'nothing' }
  /** `# name=value` at the top of the file. */
  | { readonly kind: 'directive'; readonly text: string; readonly start: number }
  | { readonly kind: 'keyword'; readonly start: number; readonly node: InstructionNode | undefined }
  | WordCursor;

export interface WordCursor {
  readonly kind: 'word';
  readonly node: InstructionNode;
  /** Upper case; of a trigger its own, not ONBUILD. */
  readonly keyword: string;
  /** The words between the keyword and this one. */
  readonly before: readonly string[];
  /** The word up to the cursor. */
  readonly word: string;
  /** Where the word starts. */
  readonly start: number;
  /** Only flags are before it. */
  readonly isAmongFlags: boolean;
}

const HEAD = /^(?:#[^\n]*\n)*$/;

export function cursorAt(model: DockerfileModel, offset: number): Cursor {
  const { text } = model.tree;
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const line = text.slice(lineStart, offset);
  if (/^\s*#/.test(line)) return commentCursor(text, lineStart, line);
  const node = nodeAt(model, offset);
  if (node === undefined || offset <= node.keywordRange.end.offset) {
    const start = offset - (/\S*$/.exec(line)?.[0].length ?? 0);
    return /^\s*\S*$/.test(line) ? { kind: 'keyword', start, node } : { kind: 'nothing' };
  }
  const bodies = node.heredocs[0]?.bodyRange.start.offset;
  if (bodies !== undefined && offset >= bodies) return bodyCursor(node, line, offset);
  return wordCursor(model, node, offset);
}

function commentCursor(text: string, lineStart: number, line: string): Cursor {
  const isHead = HEAD.test(text.slice(0, lineStart).replaceAll('\r', ''));
  if (!isHead) return { kind: 'nothing' };
  const content = /^\s*#\s*(.*)$/.exec(line)?.[1] ?? '';
  return { kind: 'directive', text: content, start: lineStart + line.length - content.length };
}

/** In a here-document: variables only. */
function bodyCursor(node: InstructionNode, line: string, offset: number): Cursor {
  const word = /\S*$/.exec(line)?.[0] ?? '';
  const { name } = node;
  return {
    ...{ kind: 'word', node, keyword: name.toUpperCase(), before: ['<<'], word },
    ...{ start: offset - word.length, isAmongFlags: false },
  };
}

function wordCursor({ tree }: DockerfileModel, node: InstructionNode, offset: number): Cursor {
  const from = node.keywordRange.end.offset;
  let written = '';
  for (const { kind, range } of physicalLines(tree, node)) {
    if (kind !== 'code' || range.start.offset > offset) continue;
    const start = Math.max(from, range.start.offset);
    const line = tree.text.slice(start, Math.min(range.end.offset, offset));
    const isOpen = range.end.offset >= offset;
    written += isOpen ? line : line.replace(/[\\`][ \t]*$/, ' ');
  }
  let words = written.split(/[\s]+/);
  let keyword = node.name.toUpperCase();
  // A leading space gives an empty first word.
  words = words.slice(1);
  const word = words.pop() ?? '';
  if (keyword === 'ONBUILD') {
    const [inner] = words;
    if (inner === undefined) return { kind: 'keyword', start: offset - word.length, node };
    keyword = inner.toUpperCase();
    words = words.slice(1);
  }
  const isAmongFlags = words.every((one) => one.startsWith('--'));
  const start = offset - word.length;
  return { kind: 'word', node, keyword, before: words, word, start, isAmongFlags };
}
