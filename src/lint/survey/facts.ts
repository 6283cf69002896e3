/** What a survey is told, and what its walk through the stages finds. */
import type { Instruction } from '../../dockerfile/index.ts';
import type { SourceRange } from '../../errors.ts';
import type { ImageConfig, Platform } from '../../oci/index.ts';

/** What the checks have to be told, since it does not stand in the file. */
export interface SurveyFacts {
  /** Given with --build-arg. */
  readonly buildArgs: ReadonlyMap<string, string>;
  /** The arguments every file has: `TARGETPLATFORM`, … with their values. */
  readonly predefined: ReadonlyMap<string, string>;
  /** A stage's name or index; undefined: the last stage. */
  readonly target: string | undefined;
  /** Stages the target does not need are looked at too, as BuildKit does when it only checks. */
  readonly wantsAllStages?: boolean | undefined;
  /** The config of a base image for a platform; undefined: not known here. */
  readonly imageOf: (name: string, platform: Platform) => ImageConfig | undefined;
  readonly platform: Platform;
  /** Where the build takes the platform of its base images: the architectures whose programs run here. */
  readonly runsHere?: ReadonlySet<string> | undefined;
}

/** One use of a variable that is not set. */
export interface UndefinedUse {
  readonly name: string;
  readonly range: SourceRange;
  readonly instruction: Instruction;
  /** Names that are set there. */
  readonly known: readonly string[];
}

/** An instruction of a stage, and what of the stage around it the checks ask for. */
export interface Step {
  readonly instruction: Instruction;
  /** SHELL was set here, in a parent stage or by the base image. */
  readonly hasShell: boolean;
  /** WORKDIR was set before, in this file. */
  readonly hasWorkdir: boolean;
}
