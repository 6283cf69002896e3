/** The script of a RUN, with ranges in the Dockerfile. */
import {
  type CommandLine,
  type HeredocNode,
  type InstructionNode,
  parseHeredocToken,
  type SourceMap,
} from '../dockerfile/index.ts';
import type { SourceRange } from '../errors.ts';
import { parseShell } from './parse-shell.ts';
import type { ShellCommand, ShellScript, ShellWord, Span } from './script.ts';

export interface RunScript extends ShellScript {
  /** Where a stretch of the script is in the Dockerfile. */
  rangeOf(span: Span): SourceRange;
  /** Written as a JSON array: no shell runs. */
  readonly isExec: boolean;
}

/** An instruction with a command line: RUN, CMD, ENTRYPOINT. */
export interface ScriptSource {
  readonly node: InstructionNode;
  readonly command: CommandLine;
}

/** A part of the script, and where it is in the text of the Dockerfile. */
interface Piece extends Span {
  range(span: Span): SourceRange;
}

/** Interpreters whose scripts the parser understands. */
const SHELL_LINE = /^#!\s*(?:\/usr\/bin\/env\s+(?:-S\s+)?)?(?:\S*\/)?(?:sh|bash|dash|ash|ksh)\b/;

/** Parses the script of an instruction. One for another interpreter has no commands. */
export function scriptOf({ node, command }: ScriptSource, source: SourceMap): RunScript {
  if (command.form === 'exec') return execScript(command.args);
  const [first] = node.heredocs;
  const isOnlyHeredoc = first !== undefined && parseHeredocToken(node.line.text) !== undefined;
  const { text, pieces } = isOnlyHeredoc ? ownHeredoc(first, source) : wholeScript(node, source);
  const isShell = !text.startsWith('#!') || SHELL_LINE.test(text);
  const script = parseShell(isShell ? text : '');
  return { ...script, text, isExec: false, rangeOf: (span) => rangeIn(pieces, span) };
}

/** The line, with its here-documents behind it, as the shell gets them. */
function wholeScript(node: InstructionNode, source: SourceMap) {
  const { line } = node;
  let text = line.text;
  const pieces: Piece[] = [
    { start: 0, end: text.length, range: ({ start, end }) => line.word(start, end).range },
  ];
  for (const { body, bodyRange, name } of node.heredocs) {
    const start = text.length + 1;
    const shift = bodyRange.start.offset - start;
    text = `${text}\n${body}${name}`;
    pieces.push({ start, end: text.length, range: shifted(source, shift) });
  }
  return { text, pieces };
}

/** The here-document is the script. Without its tabs, a line is elsewhere than in the Dockerfile. */
function ownHeredoc({ body, bodyRange, stripTabs }: HeredocNode, source: SourceMap) {
  const pieces: Piece[] = [];
  let text = '';
  let offset = bodyRange.start.offset;
  for (const line of body.split(/(?<=\n)/)) {
    const dropped = stripTabs ? (/^\t*/.exec(line)?.[0].length ?? 0) : 0;
    const start = text.length;
    text += line.slice(dropped);
    pieces.push({ start, end: text.length, range: shifted(source, offset + dropped - start) });
    offset += line.length;
  }
  return { text, pieces };
}

function shifted(source: SourceMap, shift: number): Piece['range'] {
  return ({ start, end }) => source.range(start + shift, end + shift);
}

function rangeIn(pieces: readonly Piece[], { start, end }: Span): SourceRange {
  const first = pieceAt(pieces, start);
  const last = end > start ? pieceAt(pieces, end - 1) : first;
  const from = first.range({ start, end: start }).start;
  const to = end > start ? last.range({ start: Math.max(last.start, end - 1), end }).end : from;
  return { start: from, end: to };
}

/** By halving: a here-document has a piece for each line. */
function pieceAt(pieces: readonly Piece[], offset: number): Piece {
  let [low, high] = [0, pieces.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const piece = pieces[low];
  if (piece === undefined) throw new Error('a script has at least one piece');
  return piece;
}

/** A program with its arguments, or the script of `sh -c`. */
function execScript(args: readonly { text: string; range: SourceRange }[]): RunScript {
  const spans: (Span & { readonly range: SourceRange })[] = [];
  let text = '';
  for (const { text: value, range } of args) {
    const start = text === '' ? 0 : text.length + 1;
    text = text === '' ? value : `${text} ${value}`;
    spans.push({ start, end: start + value.length, range });
  }
  const words = spans.map(({ start, end }, index): ShellWord => {
    const value = args[index]?.text ?? '';
    return { start, end, value, source: value, isLiteral: true };
  });
  const [program, ...rest] = words;
  const command: ShellCommand = {
    ...{ start: 0, end: text.length, name: program?.value ?? '', words: rest },
    ...{ assignments: [], redirects: [], isTopLevel: true },
  };
  return {
    text,
    commands: program === undefined ? [] : [command],
    pipes: [],
    isWellFormed: true,
    isExec: true,
    rangeOf({ start, end }) {
      const first = spans.findLast((span) => span.start <= start) ?? spans[0];
      const last = spans.find((span) => span.end >= end) ?? spans.at(-1);
      if (first === undefined || last === undefined) throw new Error('no words');
      return { start: first.range.start, end: last.range.end };
    },
  };
}
