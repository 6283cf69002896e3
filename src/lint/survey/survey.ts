/**
 * A Dockerfile as the checks see it: its stages, which of them the target needs, every variable that is used, and
 * every word with its variables replaced as far as they are known. Nothing is built, and nothing here fails: a word
 * that cannot be expanded has no text.
 */
import type {
  ArgInstruction,
  FromInstruction,
  Instruction,
  SyntaxTree,
  Word,
} from '../../dockerfile/index.ts';
import type { SourceRange } from '../../errors.ts';
import type { ImageConfig, Platform } from '../../oci/index.ts';
import { expandBases, type SurveyedBase } from './bases.ts';
import { splitStages } from './split-stages.ts';
import { Walk } from './walk.ts';

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
  /** The config of a base image; undefined: not known here. */
  readonly imageOf: (name: string) => ImageConfig | undefined;
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

export interface SurveyedStage {
  readonly index: number;
  readonly from: FromInstruction;
  readonly instructions: readonly Instruction[];
  readonly base: SurveyedBase;
  /** The target is made from it. */
  readonly isNeeded: boolean;
  /** Of stages that are looked at. */
  readonly steps: readonly Step[];
}

export interface Survey {
  readonly tree: SyntaxTree;
  readonly instructions: readonly Instruction[];
  /** ARGs before the first FROM. */
  readonly globals: readonly ArgInstruction[];
  readonly stages: readonly SurveyedStage[];
  /** The stage that is to be built; undefined: there is none of that name. */
  readonly target: SurveyedStage | undefined;
  /** In stages that are looked at, but for FROM. */
  readonly undefinedUses: readonly UndefinedUse[];
  /** Values of the arguments declared in needed stages and before the first FROM. */
  readonly argumentValues: ReadonlyMap<Word, string | undefined>;
  /** A word of a needed stage with its variables replaced. */
  readonly textOf: (word: Word) => string | undefined;
}

/** @param instructions as `parseInstructions` gives them */
export function surveyDockerfile(
  tree: SyntaxTree,
  instructions: readonly Instruction[],
  facts: SurveyFacts,
): Survey {
  const { globals, stages } = splitStages(instructions);
  const bases = expandBases(tree, { globals, stages }, facts);
  const walk = new Walk(tree, { stages, bases, facts });
  const target = walk.target();
  if (target !== undefined) walk.visit(target);
  const isNeeded = new Set(walk.steps.keys());
  if (facts.wantsAllStages === true) walk.visitRest();
  const surveyed = stages.map(
    (stage, index): SurveyedStage => ({
      index,
      ...stage,
      base: bases.of(index),
      isNeeded: isNeeded.has(index),
      steps: walk.steps.get(index) ?? [],
    }),
  );
  return {
    tree,
    instructions,
    globals,
    stages: surveyed,
    target: target === undefined ? undefined : surveyed[target],
    undefinedUses: walk.undefinedUses,
    argumentValues: new Map([...bases.argumentValues, ...walk.argumentValues]),
    textOf: (word) => walk.texts.get(word),
  };
}
