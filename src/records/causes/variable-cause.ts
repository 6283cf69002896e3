/** ARG and ENV: whose value is another one. */
import { cause, type StepCause } from '../explanation.ts';
import type { RecordedVariable } from '../types.ts';

/** What the stage begins with, where variables come from there. */
export interface BaseCauses {
  /** Of a variable of the base image. */
  readonly ofImage: () => StepCause | undefined;
  /** Of one that a stage below has set: undefined where the stage begins with the same one. */
  readonly ofStage: () => StepCause | undefined;
}

export function variableCause(
  now: readonly RecordedVariable[],
  before: readonly RecordedVariable[],
  bases: BaseCauses,
): StepCause | undefined {
  const old = new Map(before.map((variable) => [variable.name, variable]));
  const current = new Map(now.map((variable) => [variable.name, variable]));
  const names = [...new Set([...current.keys(), ...old.keys()])];
  const changed = new Set(
    names.filter((name) => current.get(name)?.digest !== old.get(name)?.digest),
  );
  const [first] = changed;
  if (first === undefined) return orderCause([...current.keys()], [...old.keys()]);
  const name = rootOf(first, { changed, current });
  const variable = current.get(name) ?? old.get(name);
  const isInherited = [current, old].some((known) => known.get(name)?.isInherited === true);
  const found =
    variable?.kind === 'base' ? bases.ofImage() : isInherited ? bases.ofStage() : undefined;
  if (found !== undefined) return found;
  return cause(variable?.kind === 'arg' ? 'arg' : 'env', {
    subject: name,
    before: shown(old.get(name)),
    after: shown(current.get(name)),
  });
}

/**
 * An ARG whose value is another one. One that only one of two FROM instructions names is not what changed: the instruction is.
 *
 * @param isWanted by name
 */
export function changedArgument(
  now: readonly RecordedVariable[],
  before: readonly RecordedVariable[],
  isWanted: (name: string) => boolean,
): StepCause | undefined {
  const old = new Map(before.map((variable) => [variable.name, variable]));
  const current = new Map(now.map((variable) => [variable.name, variable]));
  const changed = new Set(
    [...current.keys()].filter(
      (name) => old.has(name) && current.get(name)?.digest !== old.get(name)?.digest,
    ),
  );
  const names = [...changed].map((name) => rootOf(name, { changed, current }));
  const subject = names.find(isWanted);
  if (subject === undefined) return undefined;
  return cause('arg', {
    subject,
    before: shown(old.get(subject)),
    after: shown(current.get(subject)),
  });
}

/** The variable that the value was made of, if that is what changed. */
function rootOf(
  name: string,
  known: {
    readonly changed: ReadonlySet<string>;
    readonly current: ReadonlyMap<string, RecordedVariable>;
  },
  seen: readonly string[] = [],
): string {
  const uses = known.current.get(name)?.uses ?? [];
  const source = uses.find(
    (used) => used !== name && known.changed.has(used) && !seen.includes(used),
  );
  return source === undefined ? name : rootOf(source, known, [...seen, name]);
}

function shown(variable: RecordedVariable | undefined): string | null {
  if (variable === undefined) return null;
  return variable.value ?? '(hidden)';
}

/** The order of the variables is in the key of RUN. */
function orderCause(now: readonly string[], before: readonly string[]): StepCause | undefined {
  const at = now.findIndex((name, index) => name !== before[index]);
  if (at < 0) return undefined;
  return cause('order', {
    subject: now[at] ?? null,
    before: before.join(' '),
    after: now.join(' '),
  });
}
