/**
 * A Dockerfile as the checks see it: its stages, which of them the target needs, every variable that is used, and
 * every word with its variables replaced as far as they are known. Nothing is built, and nothing here fails: a word
 * that cannot be expanded has no text.
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
  /** Indexes of the stages it is made from: first the one it begins with, then those it reads from. */
  readonly inputs: readonly number[];
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
  /** The FROM that brought an instruction in, as a trigger of what it begins with. */
  readonly triggeredBy: (instruction: Instruction) => FromInstruction | undefined;
  /** Values of the arguments declared in needed stages and before the first FROM. */
  readonly argumentValues: ReadonlyMap<Word, string | undefined>;
  /** Variables that the value of a global argument is made of, by the argument's name. */
  readonly argumentUses: ReadonlyMap<Word, ReadonlySet<string>>;
  /** Whether an ARG of a stage only lets it see a global argument. */
  readonly isInherited: (argument: Word) => boolean;
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
