/** Names and platforms of FROM lines, with global ARGs expanded. */
import type { ArgInstruction, Stages, SyntaxTree, Word } from '../../dockerfile/index.ts';
import { normalizePlatform, type Platform, parsePlatform } from '../../oci/index.ts';
import { expandIn, expandQuietly } from './expand.ts';
import type { SurveyFacts } from './facts.ts';

export interface SurveyedBase {
  /** Undefined if it cannot be expanded. */
  readonly name: string | undefined;
  /** The name without build arguments. */
  readonly defaultName: string | undefined;
  readonly platform: string | undefined;
  /** The platform of FROM, else of the build; undefined if FROM's is invalid. */
  readonly wanted: Platform | undefined;
  /** Variables in the name and the platform that have a value. */
  readonly used: ReadonlySet<string>;
  /** Variables in the name and the platform that are not declared. */
  readonly undeclared: readonly { readonly name: string; readonly word: Word }[];
}

export interface Bases {
  readonly of: (stage: number) => SurveyedBase;
  /** Values of global ARGs, by name. */
  readonly globals: ReadonlyMap<string, string>;
  /** Names that FROM may use. */
  readonly declared: ReadonlySet<string>;
  readonly argumentValues: ReadonlyMap<Word, string | undefined>;
  /** Variables used in the value of a global ARG, by the ARG's name. */
  readonly argumentUses: ReadonlyMap<Word, ReadonlySet<string>>;
}

export function expandBases(tree: SyntaxTree, parts: Stages, facts: SurveyFacts): Bases {
  const given = globalValues(tree, parts.globals, facts);
  const defaults = globalValues(tree, parts.globals, { ...facts, buildArgs: new Map() });
  const declared = new Set([
    ...facts.predefined.keys(),
    ...parts.globals.flatMap(({ args }) => args.map(({ name }) => name.text)),
  ]);
  const bases = parts.stages.map(({ from }): SurveyedBase => {
    const name = expandIn(tree, from.image, given.values);
    const platform =
      from.platform === undefined ? undefined : expandIn(tree, from.platform, given.values);
    const undeclared = [
      ...[...(name?.unmatched ?? [])].map((unset) => ({ name: unset, word: from.image })),
      ...[...(platform?.unmatched ?? [])].map((unset) => ({
        name: unset,
        word: from.platform ?? from.image,
      })),
    ].filter((use) => !declared.has(use.name));
    return {
      name: name?.text,
      defaultName: expandIn(tree, from.image, defaults.values)?.text,
      platform: platform?.text,
      wanted: wantedPlatform(from.platform === undefined ? '' : platform?.text, facts),
      used: new Set([...(name?.matched ?? []), ...(platform?.matched ?? [])]),
      undeclared,
    };
  });
  const none: SurveyedBase = {
    name: undefined,
    defaultName: undefined,
    platform: undefined,
    wanted: undefined,
    used: new Set(),
    undeclared: [],
  };
  return {
    of: (stage) => bases[stage] ?? none,
    globals: given.values,
    declared,
    argumentValues: given.argumentValues,
    argumentUses: given.argumentUses,
  };
}

/** Planning reports invalid platforms. */
function wantedPlatform(text: string | undefined, facts: SurveyFacts): Platform | undefined {
  if (text === '') return facts.platform;
  return text === undefined
    ? undefined
    : expandQuietly(() => normalizePlatform(parsePlatform(text)));
}

/** Each global ARG sees those before it. */
function globalValues(tree: SyntaxTree, globals: readonly ArgInstruction[], facts: SurveyFacts) {
  const values = new Map(facts.predefined);
  const argumentValues = new Map<Word, string | undefined>();
  const argumentUses = new Map<Word, ReadonlySet<string>>();
  for (const name of facts.predefined.keys()) {
    const given = facts.buildArgs.get(name);
    if (given !== undefined) values.set(name, given);
  }
  for (const { args } of globals) {
    for (const { name, value } of args) {
      const given = facts.buildArgs.get(name.text);
      const own = value === undefined ? undefined : expandIn(tree, value, values);
      const result = given ?? own?.text ?? values.get(name.text);
      if (result !== undefined) values.set(name.text, result);
      argumentValues.set(name, result);
      if (given === undefined && own !== undefined) argumentUses.set(name, own.matched);
    }
  }
  return { values, argumentValues, argumentUses };
}
