/** What is around a Dockerfile that rules may use: files of its context, and what its last build cost. */
import type { IgnoreFile } from '../context/index.ts';
import type { Instruction } from '../dockerfile/index.ts';
import type { Savings } from '../lint/index.ts';

export interface Surroundings {
  /** Undefined if there is no context to look at: standard input, or a text of an editor. */
  readonly context: ContextFacts | undefined;
  /** Undefined if no build of this file is on record. */
  readonly costs?: Costs | undefined;
}

export interface ContextFacts {
  /** The ignore file that applies to this Dockerfile; undefined if there is none. */
  readonly ignoreFile: IgnoreFile | undefined;
  /** Names in the top directory of the context. */
  readonly names: ReadonlySet<string>;
}

/** What steps took in the last build, as savings of a change that spares them; undefined if that is not known. */
export interface Costs {
  /** Bytes of the step's layer. */
  bytesOf(instruction: Instruction): Savings | undefined;
  /** Bytes of the files in directories, without leading slashes, of the step's layer. */
  bytesUnder(instruction: Instruction, paths: readonly string[]): Savings | undefined;
  /** Seconds of the step. */
  secondsOf(instruction: Instruction): Savings | undefined;
}
