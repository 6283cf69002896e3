/** The proof that two Dockerfiles ask for the same builds and have the same comments. */
import {
  type Instruction,
  type InstructionNode,
  physicalLines,
  type SyntaxTree,
  sliceOf,
  trimSpaces,
} from '../dockerfile/index.ts';
import { withSingleSpaces } from './shell-separators.ts';

export interface ParsedDockerfile {
  readonly tree: SyntaxTree;
  readonly instructions: readonly Instruction[];
}

export interface Equality {
  /** Regard shell commands as equal if they differ only in the whitespace between their words. */
  readonly ignoresSeparators: boolean;
}

/** Where things are, and the text as written: not what they mean. */
const LAYOUT = new Set([
  'node',
  'location',
  'range',
  'keyRange',
  'bodyRange',
  'extent',
  'heredoc',
  'line',
]);

/**
 * Compares directives, comments and instructions.
 * @returns the instructions of `before` that differ; an empty set if something else differs; undefined if all is equal
 */
export function differencesOf(
  before: ParsedDockerfile,
  after: ParsedDockerfile,
  equality: Equality,
): ReadonlySet<Instruction> | undefined {
  if (before.instructions.length !== after.instructions.length) return new Set();
  const different = before.instructions.filter((instruction, index) => {
    const other = after.instructions[index];
    return other === undefined || meaningOf(instruction, equality) !== meaningOf(other, equality);
  });
  if (different.length > 0) return new Set(different);
  return headOf(before) === headOf(after) ? undefined : new Set();
}

function meaningOf(instruction: Instruction, equality: Equality): string {
  const { text: _, ...members } = instruction;
  const flags = instruction.node.flags.map(({ name, value }) => [name, value?.text]);
  return JSON.stringify([members, flags], (key, value) => {
    if (LAYOUT.has(key)) return undefined;
    return key === 'command' && equality.ignoresSeparators ? looseCommand(value) : value;
  });
}

function looseCommand(command: { form: string; text?: { text: string } }): unknown {
  return command.text === undefined
    ? command
    : { ...command, text: { text: withSingleSpaces(command.text.text) } };
}

function headOf({ tree }: ParsedDockerfile): string {
  const directives = tree.directives.map(({ name, value }) => [name, value]);
  return JSON.stringify([tree.escape, tree.check, directives, commentsOf(tree)]);
}

function commentsOf(tree: SyntaxTree): readonly string[] {
  return tree.nodes.flatMap((node) => {
    if (node.kind === 'comment') return [trimSpaces(sliceOf(tree.text, node.range))];
    return node.kind === 'instruction' ? innerComments(tree, node) : [];
  });
}

function innerComments(tree: SyntaxTree, node: InstructionNode): readonly string[] {
  return physicalLines(tree, node).flatMap(({ kind, range }) =>
    kind === 'comment' ? [trimSpaces(sliceOf(tree.text, range))] : [],
  );
}
