/** Variables and their sources: for the record of a build, not for its plan. */
import type { ArgInstruction } from '../dockerfile/index.ts';

export interface StepVariable {
  readonly name: string;
  readonly value: string;
  /** Its source: an ARG, an ENV, or the base image. */
  readonly kind: 'arg' | 'env' | 'base';
  /** Names of the variables used in its value. */
  readonly uses: readonly string[];
  /** It was set in a stage that this one is based on. */
  readonly isInherited?: true;
}

/** An ARG or ENV of a stage. */
export interface VariableSetting {
  readonly name: string;
  readonly kind: 'arg' | 'env';
  readonly uses: readonly string[];
}

const NO_USES: readonly string[] = [];

/** Names of variables in a text to be expanded. */
export function namesUsed(text: string): readonly string[] {
  if (!text.includes('$')) return NO_USES;
  const names = [...text.matchAll(/\$\{?([A-Za-z_]\w*)/g)].flatMap(([, name]) => name ?? []);
  return [...new Set(names)];
}

/** The scope before the first FROM. */
export interface GlobalSettings {
  readonly values: ReadonlyMap<string, string>;
  readonly declared: readonly ArgInstruction[];
  readonly buildArgs: ReadonlyMap<string, string>;
}

/** Global ARGs used in a FROM line, and those used in their defaults. */
export function globalsIn(
  text: string,
  { values, declared, buildArgs }: GlobalSettings,
): readonly StepVariable[] {
  const uses = usesOf(declared, buildArgs);
  const names = [...namesUsed(text)];
  const found = new Map<string, StepVariable>();
  for (const name of names) {
    const value = values.get(name);
    if (found.has(name) || value === undefined) continue;
    const used = uses.get(name) ?? NO_USES;
    found.set(name, { name, value, kind: 'arg', uses: used });
    names.push(...used);
  }
  return [...found.values()];
}

/** A value from the command line is made of nothing. */
function usesOf(
  declared: readonly ArgInstruction[],
  buildArgs: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    declared.flatMap(({ args }) =>
      args.flatMap(({ name, value }) =>
        value === undefined || buildArgs.has(name.text)
          ? []
          : [[name.text, namesUsed(value.text)] as const],
      ),
    ),
  );
}
