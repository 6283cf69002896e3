/** Text → syntax tree. */
import type { AppError, SourceRange, SourceUse, Warning } from '../errors.ts';
import { type CheckConfig, parseCheckConfig, skipsRule } from './check-config.ts';
import { type DirectiveText, parseDirective } from './directives.ts';
import type { InstructionFault } from './fault.ts';
import { findHeredocs, type HeredocToken } from './heredoc.ts';
import { instructionNode, mayHoldHeredocs } from './instruction-node.ts';
import { continuationAt, isComment, LineReader, type PhysicalLine } from './lines.ts';
import { LogicalLine } from './logical-line.ts';
import {
  duplicateDirective,
  emptyFile,
  invalidCheck,
  invalidEscape,
  tooLarge,
  unterminatedHeredoc,
} from './parse-faults.ts';
import { SourceMap } from './source.ts';
import { skipSpaces, trimSpaces } from './space.ts';
import type {
  CommentNode,
  DirectiveNode,
  EscapeCharacter,
  HeredocNode,
  InstructionNode,
  SyntaxNode,
  SyntaxTree,
} from './tree.ts';

/** More than any real file, generated ones included; bounds the memory for hostile ones. */
const MAX_NODES = 250_000;

export interface ParseOptions {
  /** The file's name, as the user wrote it. */
  readonly file: string;
  /** Replaces the file's own `check` directive. */
  readonly check?: CheckConfig | undefined;
}

export interface TriggerOptions {
  /** Name of the image or file with the trigger, for messages. */
  readonly file: string;
  readonly usedBy?: SourceUse | undefined;
}

export interface ReadDockerfile {
  readonly tree: SyntaxTree;
  /** All syntax errors, in the order of the text. */
  readonly problems: readonly AppError[];
}

/**
 * @param text the decoded file, including a byte-order mark
 * @throws {AppError} the first of the problems `readDockerfile` would list, or DOCKERFILE_LINE_TOO_LONG
 */
export function parseDockerfile(text: string, options: ParseOptions): SyntaxTree {
  const source = new SourceMap(text, options.file);
  return new TreeBuilder(source, { limited: true, check: options.check }).build();
}

/**
 * As `parseDockerfile`, but continues after an error: for editors and the linter.
 * @throws {AppError} only DOCKERFILE_TOO_LARGE
 */
export function readDockerfile(text: string, options: ParseOptions): ReadDockerfile {
  const problems: AppError[] = [];
  const source = new SourceMap(text, options.file);
  const builder = new TreeBuilder(source, { limited: false, problems });
  return { tree: builder.build(), problems };
}

/** Parses the text of an ONBUILD trigger: one instruction of any length, with a backslash as its escape character. */
export function parseTriggerTree(text: string, options: TriggerOptions): SyntaxTree {
  const source = new SourceMap(text, options.file, options.usedBy);
  return new TreeBuilder(source, { limited: false }).build();
}

interface BuilderOptions {
  readonly limited: boolean;
  /** Collects the errors; without it, the first one is thrown. */
  readonly problems?: AppError[];
  readonly check?: CheckConfig | undefined;
}

class TreeBuilder {
  private readonly source: SourceMap;
  private readonly text: string;
  private readonly reader: LineReader;
  private readonly problems: AppError[] | undefined;
  private readonly nodes: SyntaxNode[] = [];
  private readonly directives: DirectiveNode[] = [];
  private readonly instructions: InstructionNode[] = [];
  private readonly warnings: Warning[] = [];
  private comments: CommentNode[] = [];
  private escape: EscapeCharacter = '\\';
  private check: CheckConfig | undefined;
  private readonly replacesCheck: boolean;
  /** `shebang`: the first line was `#!…`; `syntax` and `check` may follow, `escape` may not. */
  private head: 'open' | 'shebang' | 'over' = 'open';

  constructor(source: SourceMap, options: BuilderOptions) {
    this.source = source;
    this.text = source.text;
    this.problems = options.problems;
    this.replacesCheck = options.check !== undefined;
    this.check = options.check;
    this.reader = new LineReader(source, 0, options.limited);
  }

  build(): SyntaxTree {
    for (let line = this.reader.next(); line; line = this.reader.next()) this.readLine(line);
    if (this.instructions.length === 0) this.report(emptyFile(this.source));
    const { source, text, nodes, directives, instructions, check } = this;
    const warnings = this.warnings.filter(({ code }) => !skipsRule(check, code));
    const { file } = source;
    return {
      file,
      text,
      source,
      escape: this.escape,
      nodes,
      directives,
      instructions,
      check,
      warnings,
    };
  }

  private readLine(line: PhysicalLine): void {
    const bom = line.start === 0 && this.text.startsWith('\ufeff') ? 1 : 0;
    const start = skipSpaces(this.text, line.start + bom, line.end);
    if (start === line.end) this.addBlank(line);
    else if (this.text[start] === '#') this.readComment(line, start);
    else this.readInstruction(line, start);
  }

  private addBlank(line: PhysicalLine): void {
    this.head = 'over';
    const last = this.nodes.at(-1);
    const end = this.source.position(line.next);
    if (last?.kind === 'blank') {
      const extent = { start: last.extent.start, end };
      this.nodes[this.nodes.length - 1] = { kind: 'blank', extent, range: extent };
      return;
    }
    const extent = { start: this.source.position(line.start), end };
    this.add({ kind: 'blank', extent, range: extent });
  }

  private readComment(line: PhysicalLine, start: number): void {
    const content = this.text.slice(start + 1, line.end);
    const extent = this.source.range(line.start, line.next);
    const range = this.source.range(start, line.end);
    const directive = this.head === 'over' ? undefined : parseDirective(content);
    if (this.head === 'open' && this.nodes.length === 0 && content.startsWith('!')) {
      this.head = 'shebang';
    } else if (directive === undefined) {
      this.head = 'over';
    } else if (this.head === 'open' || directive.name !== 'escape') {
      const valueStart = start + 1 + directive.valueStart;
      const valueRange = this.source.range(valueStart, valueStart + directive.value.length);
      const { name, value } = directive;
      const node: DirectiveNode = { kind: 'directive', name, value, valueRange, extent, range };
      this.add(node);
      this.applyDirective(node, directive);
      return;
    }
    const comment: CommentNode = { kind: 'comment', text: trimSpaces(content), extent, range };
    this.add(comment);
    if (comment.text === '') this.comments = [];
    else this.comments.push(comment);
  }

  private applyDirective(node: DirectiveNode, directive: DirectiveText): void {
    const { name, value } = directive;
    if (this.directives.some((other) => other.name === name)) {
      if (this.head === 'open') this.report(duplicateDirective(node));
      return;
    }
    this.directives.push(node);
    if (name === 'escape') {
      if (value === '\\' || value === '`') this.escape = value;
      else this.report(invalidEscape(node));
    }
    if (name !== 'check' || this.replacesCheck) return;
    const config = parseCheckConfig(value.split(' ', 1)[0] ?? '');
    if (typeof config === 'string') this.report(invalidCheck(node, config));
    else this.check = config;
  }

  private readInstruction(first: PhysicalLine, start: number): void {
    this.head = 'over';
    const { line, end, empty } = this.joinLines(first, start);
    const heredocs: HeredocNode[] = [];
    if (mayHoldHeredocs(line, this.escape)) {
      for (const opening of openings(line)) {
        const heredoc = this.readHeredoc(opening);
        heredocs.push(heredoc);
        // The first unterminated one took all the text: do not report those after it.
        if (heredoc.bodyRange.end.offset === this.text.length) break;
      }
    }
    const last = heredocs.length > 0 ? this.lastLineEnd() : end;
    const node = instructionNode(line, {
      escape: this.escape,
      comments: this.comments,
      heredocs,
      extent: this.source.range(first.start, this.reader.position),
      range: this.source.range(start, last),
    });
    this.comments = [];
    this.add(node);
    this.instructions.push(node);
    if (empty !== undefined && !skipsRule(node.check, 'NoEmptyContinuation')) this.warnEmpty(empty);
  }

  /** Joins the physical lines of an instruction; drops comments and blank lines between them. */
  private joinLines(first: PhysicalLine, start: number) {
    const segments: { start: number; end: number }[] = [];
    let empty: PhysicalLine | undefined;
    let end = first.end;
    let at = continuationAt(this.text, start, first.end, this.escape);
    segments.push({ start, end: at < 0 ? first.end : at });
    while (at >= 0) {
      const line = this.reader.next();
      if (line === undefined) break;
      if (isComment(this.text, line)) continue;
      if (skipSpaces(this.text, line.start, line.end) === line.end) {
        empty ??= line;
        continue;
      }
      at = continuationAt(this.text, line.start, line.end, this.escape);
      segments.push({ start: line.start, end: at < 0 ? line.end : at });
      end = line.end;
    }
    return { line: new LogicalLine(this.source, segments), end, empty };
  }

  private readHeredoc(opening: Opening): HeredocNode {
    const { token, range } = opening;
    const start = this.reader.position;
    let almost: number | undefined;
    for (let body = this.reader.next(); body; body = this.reader.next()) {
      if (this.isTerminator(body, token.name, token.stripTabs)) {
        return this.heredocNode(opening, { start, end: body.start });
      }
      almost ??= this.lineIf(body, (text) => text.trim() === token.name);
    }
    this.report(unterminatedHeredoc(token, range, almost));
    return this.heredocNode(opening, { start, end: this.text.length });
  }

  /** The number of the line, if its text matches. */
  private lineIf(line: PhysicalLine, is: (text: string) => boolean): number | undefined {
    if (!is(this.text.slice(line.start, line.end))) return undefined;
    return this.source.range(line.start, line.end).start.line;
  }

  private heredocNode(
    { token, range }: Opening,
    body: { start: number; end: number },
  ): HeredocNode {
    const text = this.text.slice(body.start, body.end);
    return { ...token, range, body: text, bodyRange: this.source.range(body.start, body.end) };
  }

  private isTerminator(line: PhysicalLine, name: string, stripTabs: boolean): boolean {
    let { start } = line;
    if (stripTabs) while (start < line.end && this.text[start] === '\t') start += 1;
    return line.end - start === name.length && this.text.startsWith(name, start);
  }

  /** The end of the last line, without its line break. */
  private lastLineEnd(): number {
    let end = this.reader.position;
    while (end > 0 && (this.text[end - 1] === '\n' || this.text[end - 1] === '\r')) end -= 1;
    return end;
  }

  private warnEmpty(line: PhysicalLine): void {
    this.warnings.push({
      code: 'NoEmptyContinuation',
      message: 'an empty line inside a continued instruction',
      hint: 'remove the line, or make it a comment; future builders will reject it',
      location: this.source.location(this.source.range(line.start, line.end)),
    });
  }

  private add(node: SyntaxNode): void {
    if (this.nodes.length >= MAX_NODES) {
      throw tooLarge(node, MAX_NODES).toError(this.source);
    }
    this.nodes.push(node);
  }

  private report(fault: InstructionFault): void {
    const error = fault.toError(this.source);
    if (this.problems === undefined) throw error;
    this.problems.push(error);
  }
}

interface Opening {
  readonly token: HeredocToken;
  readonly range: SourceRange;
}

/**
 * The here-documents that a line opens. Looks up their ranges together, before those of their bodies, for sequential
 * lookups.
 */
function openings(line: LogicalLine): readonly Opening[] {
  return findHeredocs(line.text).map(({ token, start, end }) => ({
    token,
    range: line.range(start, end),
  }));
}
