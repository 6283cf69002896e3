/** Variables and their sources: for the record of a build, not for its plan. */
export interface StepVariable {
  readonly name: string;
  readonly value: string;
  /** Its source: an ARG, an ENV, or the base image. */
  readonly kind: 'arg' | 'env' | 'base';
  /** Names of the variables used in its value. */
  readonly uses: readonly string[];
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

/** Global ARGs used in a FROM line. */
export function globalsIn(
  text: string,
  globals: ReadonlyMap<string, string>,
): readonly StepVariable[] {
  return namesUsed(text).flatMap((name) => {
    const value = globals.get(name);
    return value === undefined ? [] : { name, value, kind: 'arg', uses: NO_USES };
  });
}
