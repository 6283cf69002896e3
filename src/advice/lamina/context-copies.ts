/** Instructions that copy from the build context. */
import type { AddInstruction, CopyInstruction, Instruction } from '../../dockerfile/index.ts';
import { unquoted } from '../making/make.ts';

export type ContextCopy = CopyInstruction | AddInstruction;

/** COPY without --from, and ADD of something that is not a URL. */
export function isContextCopy(instruction: Instruction): instruction is ContextCopy {
  if (instruction.kind === 'add')
    return instruction.sources.every(({ text }) => !/:\/\/|@/.test(text));
  return instruction.kind === 'copy' && instruction.from === undefined;
}

/** Whether a source is the whole context. */
export function isWholeContext(source: string): boolean {
  return /^(?:\.|\.\/|\/|\*|\.\/\*)$/.test(unquoted(source));
}

/** Whether the instruction copies the whole context. */
export function copiesWholeContext(instruction: Instruction): instruction is ContextCopy {
  return isContextCopy(instruction) && instruction.sources.some(({ text }) => isWholeContext(text));
}

/** The destination as a directory, with a slash at its end. */
export function directoryOf({ destination }: ContextCopy): string {
  const path = destination.text;
  return path.endsWith('/') ? path : `${path}/`;
}
