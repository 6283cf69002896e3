/** Shorthands for the tests of this folder. */

import type { Instruction } from '../../src/dockerfile/instructions/types.ts';
import { parseDockerfile } from '../../src/dockerfile/parse.ts';
import { parseInstruction, parseInstructions } from '../../src/dockerfile/parse-instructions.ts';
import type { SyntaxTree } from '../../src/dockerfile/tree.ts';
import { AppError, type SourceLocation, type Warning } from '../../src/errors.ts';

export const FILE = 'Dockerfile';

export function tree(text: string): SyntaxTree {
  return parseDockerfile(text, { file: FILE });
}

/** Parses a text with one instruction and no FROM; ignores warnings. */
export function one<Kind extends Instruction['kind']>(
  kind: Kind,
  text: string,
): Extract<Instruction, { kind: Kind }> {
  const parsed = tree(text);
  const [node] = parsed.instructions;
  if (node === undefined || parsed.instructions.length > 1) throw new Error('not one instruction');
  const instruction = parseInstruction(parsed, node, []);
  if (!isKind(instruction, kind)) throw new Error(`is ${instruction.kind}, not ${kind}`);
  return instruction;
}

/** The code of the error that `work` throws, and the text that it underlines. */
export function failure(work: () => unknown): { code: string; underlined: string | undefined } {
  const error = appError(work);
  const { location } = error;
  return { code: error.code, underlined: location && textAt(location) };
}

export function appError(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Codes of a file's warnings, with the text that they underline. */
export function warningsOf(text: string): [code: string, underlined: string][] {
  return parseInstructions(tree(text)).warnings.map((warning) => [
    warning.code,
    textOfWarning(warning),
  ]);
}

export function textAt({ text, range }: SourceLocation): string {
  return text.slice(range.start.offset, range.end.offset);
}

function textOfWarning({ location }: Warning): string {
  return location === undefined ? '' : textAt(location);
}

function isKind<Kind extends Instruction['kind']>(
  instruction: Instruction,
  kind: Kind,
): instruction is Extract<Instruction, { kind: Kind }> {
  return instruction.kind === kind;
}
