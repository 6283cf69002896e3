/** A Dockerfile for a project that has none. */
import type { CallOptions } from './store-options.ts';

/** A project to write a Dockerfile for. */
export interface ProposeDockerfileOptions extends CallOptions {
  /** Directory of the project. */
  readonly directory: string;
  /** Only these directories of a repository with several programs. Default: all. */
  readonly parts?: readonly string[] | undefined;
}

/** A program, front end or site that was recognised. */
export interface ProjectPart {
  /** Relative to the project; empty: the project itself. */
  readonly directory: string;
  /** For people: `Node.js, pnpm, server`. */
  readonly label: string;
  /** The stage to build for it. */
  readonly target: string;
  /** Where it listens, if it does. */
  readonly port: number | undefined;
}

/** What `proposeDockerfile` proposes. */
export interface ProposedDockerfile {
  /** The last one is what a build without a target makes. */
  readonly parts: readonly ProjectPart[];
  readonly dockerfile: string;
  readonly ignoreFile: string;
  /** What the user should look at. */
  readonly notes: readonly string[];
  /** The base images that `makeBase` can make. */
  readonly bases: readonly string[];
}
