/**
 * Formats a Dockerfile in one style, and proves that it still asks for the same builds. Line breaks stay where they
 * are; here-documents and the text of shell commands stay byte for byte.
 */
import {
  type Instruction,
  parseDockerfile,
  parseInstructions,
  type SyntaxNode,
  sliceOf,
  trimSpaces,
} from '../dockerfile/index.ts';
import { AppError } from '../errors.ts';
import { formatInstruction, type Style } from './format-instruction.ts';
import { differencesOf, type ParsedDockerfile } from './same-meaning.ts';

export interface FormatSettings {
  /** The file's name in errors. */
  readonly file: string;
  /**
   * Also indents the continued lines of shell commands. Their text changes, but only in the whitespace between words:
   * they do the same, and run again once.
   */
  readonly indentsCommands?: boolean | undefined;
}

export interface FormattedDockerfile {
  readonly text: string;
  /** Whether the text differs from the given one. */
  readonly changed: boolean;
}

/** Shells in which any whitespace between words means the same. */
const POSIX_SHELL = /(?:^|\/)(?:a|ba|da|k|z)?sh$/;

/**
 * Formats the text of a Dockerfile. Formatting the result again changes nothing.
 * A file that would mean something else in the style stays as it is.
 * @throws {AppError} DOCKERFILE_… for a text that is not a valid Dockerfile
 */
export function formatDockerfile(text: string, settings: FormatSettings): FormattedDockerfile {
  const { file } = settings;
  const before = parse(text, file);
  const style: Style = {
    end: /\r?\n/.exec(text)?.[0] ?? '\n',
    indentsCommands: settings.indentsCommands === true && mayIndentCommands(before),
  };
  let kept: ReadonlySet<Instruction> = new Set();
  // What the style cannot express is kept as written: single instructions, else all of them, else the file.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const formatted = render(before, style, kept);
    const different = differences(before, formatted, { style, file });
    if (different === undefined) return { text: formatted, changed: formatted !== text };
    const isEnough = attempt === 0 && different.size > 0;
    kept = isEnough ? different : new Set(before.instructions);
  }
  return { text, changed: false };
}

function parse(text: string, file: string): ParsedDockerfile {
  const tree = parseDockerfile(text, { file });
  return { tree, instructions: parseInstructions(tree).instructions };
}

/** The instructions that the formatted text changes; an empty set: something else changed; undefined: nothing. */
function differences(
  before: ParsedDockerfile,
  formatted: string,
  { style, file }: { readonly style: Style; readonly file: string },
): ReadonlySet<Instruction> | undefined {
  try {
    const equality = { ignoresSeparators: style.indentsCommands };
    return differencesOf(before, parse(formatted, file), equality);
  } catch (error) {
    if (error instanceof AppError) return new Set();
    throw error;
  }
}

function mayIndentCommands({ tree, instructions }: ParsedDockerfile): boolean {
  if (tree.escape === '`') return false;
  return instructions.every(
    (instruction) =>
      instruction.kind !== 'shell' || POSIX_SHELL.test(instruction.args[0]?.text ?? ''),
  );
}

function render(
  { tree, instructions }: ParsedDockerfile,
  style: Style,
  kept: ReadonlySet<Instruction>,
): string {
  const typed = new Map(instructions.map((instruction) => [instruction.node, instruction]));
  const pieces = new Pieces(style.end);
  for (const [index, node] of tree.nodes.entries()) {
    if (node.kind === 'blank') {
      if (index > 0 || mayBeDirective(tree.nodes[1], tree.text)) pieces.addBlank();
    } else if (node.kind === 'comment') {
      pieces.add(trimSpaces(sliceOf(tree.text, node.range)) + style.end, true);
    } else if (node.kind === 'directive') {
      pieces.add(`# ${node.name}=${node.value}${style.end}`);
    } else {
      const instruction = typed.get(node);
      const isKept = instruction === undefined || kept.has(instruction);
      const text = isKept ? undefined : formatInstruction(tree, instruction, style);
      if (node.name === 'from') pieces.beginStage();
      pieces.add(text ?? asWritten(sliceOf(tree.text, node.extent), style.end));
    }
  }
  const mark = tree.text.startsWith('\ufeff') ? '\ufeff' : '';
  return mark + pieces.text();
}

function asWritten(text: string, end: string): string {
  return text.endsWith('\n') ? text : text + end;
}

/** Whether the comment would be a directive, or precede one, if it were on the first line. */
function mayBeDirective(node: SyntaxNode | undefined, text: string): boolean {
  return node?.kind === 'comment' && /^#(?:!|\s*\w+\s*=)/.test(sliceOf(text, node.range));
}

/** The formatted text while it grows: at most one blank line in a row, and one before each stage but the first. */
class Pieces {
  readonly #end: string;
  readonly #texts: string[] = [];
  /** The comments at the end, directly one after the other. */
  #comments = 0;
  #isBlank = false;
  #hasStage = false;

  constructor(end: string) {
    this.#end = end;
  }

  addBlank(): void {
    this.#isBlank = true;
    this.#comments = 0;
  }

  add(text: string, isComment = false): void {
    this.#texts.push(this.#isBlank ? this.#end + text : text);
    this.#isBlank = false;
    this.#comments = isComment ? this.#comments + 1 : 0;
  }

  /** Before a FROM: separates it, with the comments directly above, from the stage before. */
  beginStage(): void {
    const first = this.#texts.length - this.#comments;
    const text = this.#texts[first];
    if (!this.#hasStage) this.#hasStage = true;
    else if (text === undefined) this.#isBlank = true;
    else if (!text.startsWith(this.#end)) this.#texts[first] = this.#end + text;
  }

  text(): string {
    return this.#texts.join('');
  }
}
