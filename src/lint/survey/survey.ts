/**
 * A Dockerfile for the checks: its stages, which of them the target needs, all uses of variables, and all words with
 * known variables expanded. Builds nothing and never fails: a word that cannot be expanded has no text.
 */
import {
  type ArgInstruction,
  type FromInstruction,
  type Instruction,
  type SyntaxTree,
  splitStages,
  type Word,
} from '../../dockerfile/index.ts';
import { expandBases, type SurveyedBase } from './bases.ts';
import type { Step, SurveyFacts, UndefinedUse } from './facts.ts';
import { Walk } from './walk.ts';

export interface SurveyedStage {
  readonly index: number;
  readonly from: FromInstruction;
  readonly instructions: readonly Instruction[];
  readonly base: SurveyedBase;
  /** Indexes of the stages it depends on: first its base, then those it copies or mounts from. */
  readonly inputs: readonly number[];
  /** The target depends on it. */
  readonly isNeeded: boolean;
  /** The steps of all surveyed stages. */
  readonly steps: readonly Step[];
}

export interface Survey {
  readonly tree: SyntaxTree;
  readonly instructions: readonly Instruction[];
  /** ARGs before the first FROM. */
  readonly globals: readonly ArgInstruction[];
  readonly stages: readonly SurveyedStage[];
  /** The stage to build; undefined if there is none with that name. */
  readonly target: SurveyedStage | undefined;
  /** Uses in surveyed stages, except in FROM. */
  readonly undefinedUses: readonly UndefinedUse[];
  /** The FROM whose base has the instruction as an ONBUILD trigger. */
  readonly triggeredBy: (instruction: Instruction) => FromInstruction | undefined;
  /** Values of the arguments declared in needed stages and before the first FROM. */
  readonly argumentValues: ReadonlyMap<Word, string | undefined>;
  /** Variables used in the value of a global argument, by the argument's name. */
  readonly argumentUses: ReadonlyMap<Word, ReadonlySet<string>>;
  /** Whether an ARG of a stage only imports a global argument. */
  readonly isInherited: (argument: Word) => boolean;
  /** A word of a needed stage with its variables expanded. */
  readonly textOf: (word: Word) => string | undefined;
}

/** @param instructions from `parseInstructions` */
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
      ...stage,
      base: bases.of(index),
      inputs: walk.inputsOf(index),
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
    triggeredBy: (instruction) => walk.triggers.get(instruction),
    argumentValues: new Map([...bases.argumentValues, ...walk.argumentValues]),
    argumentUses: bases.argumentUses,
    isInherited: (argument) => walk.inherited.has(argument),
    textOf: (word) => walk.texts.get(word),
  };
}
