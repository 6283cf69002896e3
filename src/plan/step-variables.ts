/** The variables that a step sees. */
import type { StageState } from './stage-state.ts';
import { namesUsed, type StepVariable, type VariableSetting } from './variable-settings.ts';
import { nameOf } from './variables.ts';

/** The environment of the stage's processes. */
export function environmentOf(state: StageState): readonly StepVariable[] {
  const settings = settingsByName(state);
  return state.environment.toArray().map((text) => {
    const name = nameOf(text);
    return variable(name, text.slice(name.length + 1), settings);
  });
}

/** Variables in the words of an instruction, and those used in their values. */
export function variablesIn(text: string, state: StageState): readonly StepVariable[] {
  const settings = settingsByName(state);
  const found = new Map<string, StepVariable>();
  const names = [...namesUsed(text)];
  for (const name of names) {
    const value = state.environment.lookup(name);
    if (found.has(name) || value === undefined) continue;
    const one = variable(name, value, settings);
    found.set(name, one);
    names.push(...one.uses);
  }
  return [...found.values()];
}

interface Setting extends VariableSetting {
  readonly isInherited: boolean;
}

function variable(
  name: string,
  value: string,
  settings: ReadonlyMap<string, Setting>,
): StepVariable {
  const { kind = 'base', uses = [], isInherited = false } = settings.get(name) ?? {};
  return { name, value, kind, uses, ...(isInherited && { isInherited }) };
}

/** The last setting of each name counts. */
function settingsByName({ settings, inheritedSettings }: StageState): ReadonlyMap<string, Setting> {
  return new Map(
    settings.toArray().map((setting, index) => {
      return [setting.name, { ...setting, isInherited: index < inheritedSettings }];
    }),
  );
}
