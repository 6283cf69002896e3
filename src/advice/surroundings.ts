/** What is around a Dockerfile that rules may use: files of its context, and what its last build cost. */
import type { IgnoreFile } from '../context/index.ts';

export interface Surroundings {
  /** Undefined if there is no context to look at: standard input, or a text of an editor. */
  readonly context: ContextFacts | undefined;
}

export interface ContextFacts {
  /** The ignore file that applies to this Dockerfile; undefined if there is none. */
  readonly ignoreFile: IgnoreFile | undefined;
  /** Names in the top directory of the context. */
  readonly names: ReadonlySet<string>;
}
