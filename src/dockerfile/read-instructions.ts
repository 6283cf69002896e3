/** Syntax tree → instructions, past everything that is invalid: for the linter and for editors. */
import { AppError, type Warning } from '../errors.ts';
import type { Instruction } from './instructions/types.ts';
import { parseInstruction, parseInstructions } from './parse-instructions.ts';
import type { SyntaxTree } from './tree.ts';

export interface ReadInstructions {
  /** The valid ones, also those before the first FROM. */
  readonly instructions: readonly Instruction[];
  readonly warnings: readonly Warning[];
  /** Of each invalid instruction its first error; else what is wrong with their order. */
  readonly problems: readonly AppError[];
}

/** As `parseInstructions`, but continues after an error. */
export function readInstructions(tree: SyntaxTree): ReadInstructions {
  const warnings: Warning[] = [...tree.warnings];
  const problems: AppError[] = [];
  const instructions = tree.instructions.flatMap(
    (node) => caught(problems, () => parseInstruction(tree, node, warnings)) ?? [],
  );
  if (problems.length === 0) caught(problems, () => parseInstructions(tree));
  return { instructions, warnings, problems };
}

function caught<T>(problems: AppError[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    problems.push(error);
    return undefined;
  }
}
