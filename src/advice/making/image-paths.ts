/** Where the instructions of a stage put files. */
import type { AddInstruction, CopyInstruction, Instruction } from '../../dockerfile/index.ts';
import { unquoted } from './make.ts';

/** The path in the image that a word of an instruction means. @param workdir absolute */
export function absolutePath(text: string, workdir: string): string {
  const path = unquoted(text);
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${workdir}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** The working directory after the instructions; that of the base image counts as the root directory. */
export function workdirAfter(instructions: readonly Instruction[]): string {
  let workdir = '/';
  for (const one of instructions) {
    if (one.kind === 'workdir') workdir = absolutePath(one.value.text, workdir);
  }
  return workdir;
}

/** Whether the destination is a directory by the way it is written. */
export function isDirectoryName({ destination }: CopyInstruction | AddInstruction): boolean {
  return /(?:^|\/)\.{0,2}$/.test(unquoted(destination.text));
}
