/** Build arguments of a target. */
import type { ArgDeclaration, Instruction } from '../dockerfile/index.ts';
import type { SourceRange } from '../errors.ts';
import type { Survey, SurveyedStage } from '../lint/index.ts';

/** A build argument of a target. */
export interface OutlineArgument {
  readonly name: string;
  readonly description: string | undefined;
  /** The given value, else the default. */
  readonly value: string | undefined;
  readonly range: SourceRange;
}

interface KnownArgument extends OutlineArgument {
  /** Names of the global arguments used in its value. */
  readonly needs: ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

/**
 * The arguments declared in the target's stages, and the global ones that these stages or other arguments use; each
 * name once, in the order of the text. If several stages declare a name, the target comes first, then the base of each
 * stage, then the stages it copies or mounts from. Predefined arguments (`TARGETARCH`, …) count only with a default.
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

/** The last declaration of a name wins. If it uses an earlier one of the same name, it inherits that one's needs. */
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

/** The target and the stages it depends on. */
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
  // Iterating a set includes elements added meanwhile.
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
