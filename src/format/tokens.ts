/** The pieces of an instruction that formatting keeps, in order: what is between them is layout. */
import {
  type ArgumentLine,
  type CommandLine,
  type Instruction,
  isSpace,
  jsonOrWords,
  lineFrom,
  quotedWords,
  type SyntaxTree,
  skipSpaces,
  sliceOf,
  splitWords,
  type Word,
} from '../dockerfile/index.ts';
import type { SourceRange } from '../errors.ts';

export interface Token {
  readonly range: SourceRange;
  /** Replaces the text of the source. */
  readonly text?: string | undefined;
  /** `command`: the text of a shell command. `open` to `close`: a JSON array. */
  readonly kind: 'keyword' | 'word' | 'command' | 'open' | 'element' | 'close';
}

/** The tokens of a valid instruction; the first one is its keyword. */
export function tokensOf(tree: SyntaxTree, instruction: Instruction): readonly Token[] {
  const { node } = instruction;
  const { keywordRange, flags } = node;
  return [
    { range: keywordRange, text: node.name.toUpperCase(), kind: 'keyword' },
    ...flags.map(wordToken),
    ...argumentTokens(tree, instruction),
  ];
}

function argumentTokens(tree: SyntaxTree, instruction: Instruction): readonly Token[] {
  const { line } = instruction.node;
  switch (instruction.kind) {
    case 'from':
      return splitWords(line).map((word, index) => ({
        ...wordToken(word),
        ...(index === 1 && { text: 'AS' }),
      }));
    case 'arg':
      return quotedWords(line, tree.escape).map(wordToken);
    case 'env':
    case 'label':
      return instruction.legacy
        ? instruction.pairs.flatMap(({ key, value }) => [wordToken(key), wordToken(value)])
        : quotedWords(line, tree.escape).map(wordToken);
    case 'copy':
    case 'add':
    case 'volume': {
      const { json, words } = jsonOrWords(line);
      return json ? jsonTokens(line, words) : words.map(wordToken);
    }
    case 'expose':
      return instruction.ports.map(wordToken);
    case 'run':
    case 'cmd':
    case 'entrypoint':
      return commandTokens(line, instruction.command);
    case 'shell':
      return jsonTokens(line, instruction.args);
    case 'healthcheck':
      return healthTokens(line, instruction.test);
    default:
      return [wordToken(instruction.node.argument)];
  }
}

type HealthTest = Extract<Instruction, { kind: 'healthcheck' }>['test'];

function healthTokens(line: ArgumentLine, test: HealthTest): readonly Token[] {
  const { text } = line;
  let end = 0;
  while (end < text.length && !isSpace(text.charCodeAt(end))) end += 1;
  const { range } = line.word(0, end);
  const type: Token = { range, text: text.slice(0, end).toUpperCase(), kind: 'word' };
  if (test.kind === 'none') return [type];
  const rest = lineFrom(line, skipSpaces(text, end, text.length));
  return [type, ...commandTokens(rest, test.command)];
}

function commandTokens(line: ArgumentLine, command: CommandLine): readonly Token[] {
  if (command.form === 'exec') return jsonTokens(line, command.args);
  return command.text.text === '' ? [] : [{ range: command.text.range, kind: 'command' }];
}

function jsonTokens(line: ArgumentLine, words: readonly Word[]): readonly Token[] {
  const { length } = line.text;
  const elements = words.map(({ range }): Token => ({ range, kind: 'element' }));
  return [
    { range: line.word(0, 1).range, kind: 'open' },
    ...elements,
    { range: line.word(length - 1, length).range, kind: 'close' },
  ];
}

function wordToken({ range }: { readonly range: SourceRange }): Token {
  return { range, kind: 'word' };
}

/** The token's text, as it is written. */
export function sourceOf(tree: SyntaxTree, { range, text }: Token): string {
  return text ?? sliceOf(tree.text, range);
}
