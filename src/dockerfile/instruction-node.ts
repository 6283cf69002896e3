/** Splits a logical line into keyword, flags and argument. */
import type { SourceRange } from '../errors.ts';
import { type CheckConfig, parseCheckConfig } from './check-config.ts';
import { parseDirective } from './directives.ts';
import { InstructionFault } from './fault.ts';
import { readFlags } from './flags.ts';
import { parseJsonStrings } from './json-strings.ts';
import type { LogicalLine } from './logical-line.ts';
import { isSeparator, skipSpaces, trimSpacesEnd } from './space.ts';
import type { CommentNode, EscapeCharacter, HeredocNode, InstructionNode } from './tree.ts';

export interface Surroundings {
  readonly escape: EscapeCharacter;
  readonly comments: readonly CommentNode[];
  readonly heredocs: readonly HeredocNode[];
  readonly extent: SourceRange;
  readonly range: SourceRange;
}

const TAKES_HEREDOCS = new Set(['add', 'copy', 'run']);

/** Offsets of the parts of an instruction in its logical line. */
interface Parts {
  readonly start: number;
  readonly keywordEnd: number;
  readonly argumentsStart: number;
  readonly end: number;
}

export function instructionNode(line: LogicalLine, around: Surroundings): InstructionNode {
  const parts = splitKeyword(line.text, 0);
  return buildNode(line, parts, around, true);
}

/** Whether the bodies of here-documents may follow this line. */
export function mayHoldHeredocs(line: LogicalLine, escaper: EscapeCharacter): boolean {
  if (!line.text.includes('<<')) return false;
  let parts = splitKeyword(line.text, 0);
  if (keywordOf(line, parts) === 'onbuild') {
    const { rest } = readFlags(line, parts.argumentsStart, parts.end, escaper);
    parts = splitKeyword(line.text, rest);
  }
  if (!TAKES_HEREDOCS.has(keywordOf(line, parts))) return false;
  const { rest } = readFlags(line, parts.argumentsStart, parts.end, escaper);
  return !isJson(line, rest, parts.end);
}

function buildNode(
  line: LogicalLine,
  parts: Parts,
  around: Surroundings,
  outermost: boolean,
): InstructionNode {
  const { escape: escaper, comments } = around;
  const { flags, rest } = readFlags(line, parts.argumentsStart, parts.end, escaper);
  const start = skipSpaces(line.text, rest, parts.end);
  const name = keywordOf(line, parts);
  const isTrigger = outermost && name === 'onbuild' && start < parts.end;
  return {
    kind: 'instruction',
    keyword: line.text.slice(parts.start, parts.keywordEnd),
    name,
    keywordRange: line.range(parts.start, parts.keywordEnd),
    flags,
    argument: line.word(start, parts.end),
    original: line.text.slice(parts.start, parts.end),
    heredocs: around.heredocs,
    comments,
    check: checkOf(comments),
    trigger: isTrigger ? triggerNode(line, start, around) : undefined,
    line: line.part(start, parts.end),
    extent: around.extent,
    range: around.range,
  };
}

function triggerNode(line: LogicalLine, start: number, around: Surroundings): InstructionNode {
  const parts = splitKeyword(line.text, start);
  const range = line.range(parts.start, parts.end);
  return buildNode(line, parts, { ...around, comments: [], range }, false);
}

function splitKeyword(text: string, from: number): Parts {
  const end = trimSpacesEnd(text, from, text.length);
  const start = skipSpaces(text, from, end);
  let keywordEnd = start;
  while (keywordEnd < end && !isSeparator(text.charCodeAt(keywordEnd))) keywordEnd += 1;
  let argumentsStart = keywordEnd;
  while (argumentsStart < end && isSeparator(text.charCodeAt(argumentsStart))) argumentsStart += 1;
  return { start, keywordEnd, argumentsStart, end };
}

function keywordOf(line: LogicalLine, parts: Parts): string {
  return line.text.slice(parts.start, parts.keywordEnd).toLowerCase();
}

/** The instruction's own parser reports arrays of other values than strings. */
function isJson(line: LogicalLine, start: number, end: number): boolean {
  const from = skipSpaces(line.text, start, end);
  if (line.text[from] !== '[') return false;
  try {
    return parseJsonStrings(line.part(from, end)) !== undefined;
  } catch (error) {
    if (error instanceof InstructionFault) return true;
    throw error;
  }
}

function checkOf(comments: readonly CommentNode[]): CheckConfig | undefined {
  for (const comment of comments) {
    const directive = parseDirective(comment.text);
    if (directive?.name !== 'check') continue;
    const config = parseCheckConfig(directive.value.split(' ', 1)[0] ?? '');
    return typeof config === 'string' ? undefined : config;
  }
  return undefined;
}
