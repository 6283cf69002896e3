/** Walks the stages that the target needs, each after its dependencies. */
import {
  expandHeredoc,
  expandWord,
  expandWords,
  type FromInstruction,
  findStage,
  findStageOrIndex,
  type Instruction,
  parseTrigger,
  type StageSource,
  type SyntaxTree,
  type Word,
} from '../../dockerfile/index.ts';
import type { SourceRange } from '../../errors.ts';
import type { ImageConfig } from '../../oci/index.ts';
import type { Bases } from './bases.ts';
import { expandQuietly } from './expand.ts';
import type { Step, SurveyFacts, UndefinedUse } from './facts.ts';
import { usedImages, wordsOf } from './words-of.ts';

export interface WalkOptions {
  readonly stages: readonly StageSource[];
  readonly bases: Bases;
  readonly facts: SurveyFacts;
}

/** The scope of a stage during the walk. */
interface StageScope {
  readonly values: Map<string, string>;
  /** ARGs declared so far, with or without a value. */
  readonly declared: Set<string>;
  hasShell: boolean;
  hasWorkdir: boolean;
  /** The ENV of the base image is unknown, so no variable counts as unset. */
  readonly isOpen: boolean;
}

export class Walk {
  readonly steps = new Map<number, Step[]>();
  readonly undefinedUses: UndefinedUse[] = [];
  readonly texts = new Map<Word, string>();
  readonly argumentValues = new Map<Word, string | undefined>();
  /** Names of ARGs that only import a global argument. */
  readonly inherited = new Set<Word>();
  /** ONBUILD triggers, and the FROM that runs them. */
  readonly triggers = new Map<Instruction, FromInstruction>();
  readonly #tree: SyntaxTree;
  readonly #options: WalkOptions;
  readonly #scopes = new Map<number, StageScope>();
  readonly #triggersByStage = new Map<number, readonly Instruction[]>();

  constructor(tree: SyntaxTree, options: WalkOptions) {
    this.#tree = tree;
    this.#options = options;
  }

  target(): number | undefined {
    const { stages, facts } = this.#options;
    const { target } = facts;
    if (target === undefined || target === '') return stages.length - 1;
    return findStageOrIndex(stages, target)?.index;
  }

  /** Walks a stage and its dependencies. Stages depend on earlier ones only, so a loop is enough. */
  visit(target: number): void {
    const needed = this.#neededBy(target);
    for (const index of [...needed].sort((a, b) => a - b)) this.#walk(index);
  }

  visitRest(): void {
    for (const index of this.#options.stages.keys()) if (!this.steps.has(index)) this.#walk(index);
  }

  #neededBy(target: number): ReadonlySet<number> {
    const needed = new Set([target]);
    for (let index = target; index >= 0; index -= 1) {
      if (!needed.has(index)) continue;
      for (const input of this.inputsOf(index)) needed.add(input);
    }
    return needed;
  }

  /** The dependencies of a stage: first its base, then those it copies or mounts from. */
  inputsOf(index: number): readonly number[] {
    const { stages } = this.#options;
    const stage = stages[index];
    if (stage === undefined) return [];
    const read = [...this.#triggersOf(index, stage), ...stage.instructions]
      .flatMap(usedImages)
      .flatMap((name) => findStageOrIndex(stages, name, index)?.index ?? []);
    const parent = this.#parentOf(index);
    return parent === undefined ? read : [parent, ...read];
  }

  /** FROM compares the name as written with the lower-case names of stages. */
  #parentOf(index: number): number | undefined {
    const { name } = this.#options.bases.of(index);
    if (name === undefined || name !== name.toLowerCase()) return undefined;
    return findStage(this.#options.stages, name, index)?.index;
  }

  #walk(index: number): void {
    const stage = this.#options.stages[index];
    if (stage === undefined) return;
    const scope = this.#begin(index);
    this.#scopes.set(index, scope);
    const steps: Step[] = [];
    for (const instruction of [...this.#triggersOf(index, stage), ...stage.instructions]) {
      this.#apply(instruction, scope);
      const { hasShell, hasWorkdir } = scope;
      steps.push({ instruction, hasShell, hasWorkdir });
      if (instruction.kind === 'shell') scope.hasShell = true;
      if (instruction.kind === 'workdir') scope.hasWorkdir = true;
    }
    this.steps.set(index, steps);
  }

  /** The triggers of the base, from its config or from ONBUILD in this file. */
  #triggersOf(index: number, { from }: StageSource): readonly Instruction[] {
    const known = this.#triggersByStage.get(index);
    if (known !== undefined) return known;
    const { stages } = this.#options;
    const parent = this.#parentOf(index);
    const texts =
      parent === undefined
        ? (this.#imageOf(index)?.config?.OnBuild ?? [])
        : (stages[parent]?.instructions ?? []).flatMap((instruction) =>
            instruction.kind === 'onbuild' ? [instruction.trigger] : [],
          );
    const triggers = texts.flatMap((text) => parseQuietly(text) ?? []);
    for (const trigger of triggers) this.triggers.set(trigger, from);
    this.#triggersByStage.set(index, triggers);
    return triggers;
  }

  #begin(index: number): StageScope {
    const parent = this.#parentOf(index);
    const inherited = parent === undefined ? undefined : this.#scopes.get(parent);
    if (inherited !== undefined) {
      const { values, declared } = inherited;
      return { ...inherited, values: new Map(values), declared: new Set(declared) };
    }
    const isScratch = this.#options.bases.of(index).name === 'scratch';
    const config = this.#imageOf(index)?.config;
    const values = new Map([['PATH', '']]);
    for (const variable of config?.Env ?? []) {
      const equals = variable.indexOf('=');
      values.set(variable.slice(0, equals), variable.slice(equals + 1));
    }
    return {
      values,
      declared: new Set(),
      hasShell: (config?.Shell ?? []).length > 0,
      hasWorkdir: false,
      isOpen: !isScratch && config === undefined,
    };
  }

  /** The base image of a stage, if it is an image and known. */
  #imageOf(index: number): ImageConfig | undefined {
    const { bases, facts } = this.#options;
    const { name, wanted } = bases.of(index);
    if (name === undefined || name === '' || name === 'scratch') return undefined;
    return wanted && facts.imageOf(name, wanted);
  }

  #apply(instruction: Instruction, scope: StageScope): void {
    if (instruction.kind === 'arg') {
      for (const { name, value } of instruction.args) {
        const own = value && this.#expand(value, instruction, scope);
        const { facts, bases } = this.#options;
        const fallback = value === undefined ? bases.globals.get(name.text) : own;
        const given = facts.buildArgs.get(name.text);
        const result = given ?? fallback;
        if (value === undefined && given === undefined && fallback !== undefined) {
          this.inherited.add(name);
        }
        scope.declared.add(name.text);
        if (result !== undefined) scope.values.set(name.text, result);
        this.argumentValues.set(name, result);
      }
      return;
    }
    for (const { word, form } of wordsOf(instruction)) this.#expand(word, instruction, scope, form);
    if (instruction.kind !== 'env') return;
    for (const { key, value } of instruction.pairs) {
      scope.values.set(this.texts.get(key) ?? key.text, this.texts.get(value) ?? '');
    }
  }

  #expand(
    word: Word,
    instruction: Instruction,
    scope: StageScope,
    form: 'word' | 'words' | 'heredoc' = 'word',
  ): string | undefined {
    const seen = new Set<string>();
    const onUndefined = (name: string, range: SourceRange | undefined): void => {
      // BuildKit does not check words that are split after expansion: those of EXPOSE.
      if (scope.isOpen || scope.declared.has(name) || form === 'words') return;
      // Once for each word, as in BuildKit.
      if (seen.has(name)) return;
      seen.add(name);
      const known = [...scope.values.keys(), ...scope.declared];
      this.undefinedUses.push({ name, range: range ?? word.range, instruction, known });
    };
    const { escape: escaper, source } = this.#tree;
    const lookup = (name: string): string | undefined => scope.values.get(name);
    const options = { lookup, escape: escaper, source, onUndefined };
    const text = expandQuietly(() => {
      if (form === 'words') return expandWords(word, options).words.join(' ');
      return (form === 'heredoc' ? expandHeredoc : expandWord)(word, options).text;
    });
    if (text !== undefined) this.texts.set(word, text);
    return text;
  }
}

/** Planning reports invalid triggers. */
function parseQuietly(text: string): Instruction | undefined {
  try {
    return parseTrigger(text).instruction;
  } catch {
    return undefined;
  }
}
