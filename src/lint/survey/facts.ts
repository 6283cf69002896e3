/** Input of a survey, and results of its walk through the stages. */
import type { Instruction } from '../../dockerfile/index.ts';
import type { SourceRange } from '../../errors.ts';
import type { ImageConfig, Platform } from '../../oci/index.ts';

/** Facts for the checks that are not in the file. */
export interface SurveyFacts {
  /** Given with --build-arg. */
  readonly buildArgs: ReadonlyMap<string, string>;
  /** The predefined arguments `TARGETPLATFORM`, … with their values. */
  readonly predefined: ReadonlyMap<string, string>;
  /** A stage's name or index; undefined: the last stage. */
  readonly target: string | undefined;
  /** Survey also the stages that the target does not need, as BuildKit does with `--check`. */
  readonly wantsAllStages?: boolean | undefined;
  /** The config of a base image for a platform; undefined if unknown. */
  readonly imageOf: (name: string, platform: Platform) => ImageConfig | undefined;
  readonly platform: Platform;
  /** Architectures whose programs run on this machine, if the build's platform comes from its base images. */
  readonly runsHere?: ReadonlySet<string> | undefined;
}

/** One use of a variable that is not set. */
export interface UndefinedUse {
  readonly name: string;
  readonly range: SourceRange;
  readonly instruction: Instruction;
  /** Names of variables that are set at this point. */
  readonly known: readonly string[];
}

/** An instruction of a stage, with the state of the stage that the checks need. */
export interface Step {
  readonly instruction: Instruction;
  /** SHELL is set in this stage, a parent stage or the base image. */
  readonly hasShell: boolean;
  /** WORKDIR is set earlier in this file. */
  readonly hasWorkdir: boolean;
}
