/** The arguments that a target takes. */
import type { ArgDeclaration, Instruction } from '../dockerfile/index.ts';
import type { SourceRange } from '../errors.ts';
import type { Survey, SurveyedStage } from '../lint/index.ts';

/** A build argument that a target takes. */
export interface OutlineArgument {
  readonly name: string;
  readonly description: string | undefined;
  /** Given, else the default. */
  readonly value: string | undefined;
  readonly range: SourceRange;
}

interface KnownArgument extends OutlineArgument {
  /** Names of the global arguments that its value is made of. */
  readonly needs: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

/**
 * Arguments that the stages of the target declare, and global ones that these stages or other arguments are made of; each name once, in
 * the order of the text. Where several stages declare a name, the target goes first, then what each stage begins with,
 * then what it reads from. Arguments that every file has (`TARGETARCH`, …) count only where they have a default.
 */
export function argumentsOf(survey: Survey): readonly OutlineArgument[] {
  const globals = globalArguments(survey);
  const found = new Map<string, OutlineArgument>();
  for (const stage of stagesFrom(survey)) {
    for (const { needs: _, ...argument } of usedBy(stage, survey, globals)) {
      if (!found.has(argument.name)) found.set(argument.name, argument);
    }
  }
  return [...found.values()].sort((a, b) => a.range.start.offset - b.range.start.offset);
}

/** The last declaration of a name counts. One that is made of an earlier one of the same name needs what that needs. */
function globalArguments(survey: Survey): ReadonlyMap<string, KnownArgument> {
  const known = new Map<string, KnownArgument>();
  for (const instruction of survey.globals) {
    for (const declaration of instruction.args) {
      const name = declaration.name.text;
      const uses = survey.argumentUses.get(declaration.name) ?? NOTHING;
      const earlier = uses.has(name) ? known.get(name)?.needs : undefined;
      const needs = new Set([...uses, ...(earlier ?? [])]);
      needs.delete(name);
      known.set(name, { ...described(survey, declaration, instruction), needs });
    }
  }
  return known;
}

/** The target and all stages it is made from. */
function stagesFrom({ target, stages }: Survey): readonly SurveyedStage[] {
  const found = new Set<SurveyedStage>();
  const open = target === undefined ? [] : [target];
  for (let stage = open.pop(); stage !== undefined; stage = open.pop()) {
    if (found.has(stage)) continue;
    found.add(stage);
    open.push(...[...stage.inputs].reverse().flatMap((index) => stages[index] ?? []));
  }
  return [...found];
}

function usedBy(
  { base, steps }: SurveyedStage,
  survey: Survey,
  globals: ReadonlyMap<string, KnownArgument>,
): readonly KnownArgument[] {
  const known = new Map(globals);
  const used = new Set(base.used);
  for (const { instruction } of steps) {
    if (instruction.kind !== 'arg') continue;
    for (const declaration of instruction.args) {
      const name = declaration.name.text;
      used.add(name);
      if (survey.isInherited(declaration.name)) continue;
      known.set(name, { ...described(survey, declaration, instruction), needs: NOTHING });
    }
  }
  // A set also goes through what is added on the way.
  for (const name of used) for (const needed of known.get(name)?.needs ?? []) used.add(needed);
  return [...used].flatMap((name) => known.get(name) ?? []);
}

function described(
  { argumentValues, triggeredBy }: Survey,
  { name, description }: ArgDeclaration,
  instruction: Instruction,
): OutlineArgument {
  const range = triggeredBy(instruction)?.node.range ?? name.range;
  return { name: name.text, description, value: argumentValues.get(name), range };
}
