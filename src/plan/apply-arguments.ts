/** ARG and ENV: variables for later words and RUN. */
import type { ArgDeclaration, ArgInstruction, EnvInstruction } from '../dockerfile/index.ts';
import { type DeclaredArgument, isForScanner } from './arguments.ts';
import { expand } from './expansion.ts';
import { argText, pairsText } from './history-text.ts';
import type { StagePlan } from './stage-plan.ts';
import { extendConfig, remember, type StageState } from './stage-state.ts';
import { namesUsed } from './variable-settings.ts';

/** Names are declared one after the other, each visible to the next. */
export function applyArg(
  state: StageState,
  instruction: ArgInstruction,
  plan: StagePlan,
): StageState {
  let next = state;
  const declared: DeclaredArgument[] = [];
  for (const declaration of instruction.args) {
    const argument = declare(next, declaration, plan);
    declared.push(argument);
    const { name, value } = argument;
    next = {
      ...next,
      args: next.args.plus([argument]),
      settings: next.settings.plus([
        { name, kind: 'arg', uses: namesUsed(declaration.value?.text ?? '') },
      ]),
      environment:
        value === undefined || isForScanner(name)
          ? next.environment
          : next.environment.set(name, value),
    };
  }
  const text = argText(declared.map(({ name, value }) => [name, value] as const));
  return remember(next, { text, layer: false });
}

/**
 * A build argument wins, then the default; without either, a global ARG of that name is used. The name is taken as
 * written: BuildKit expands only values.
 */
function declare(
  state: StageState,
  { name: word, value }: ArgDeclaration,
  { options, globals }: StagePlan,
): DeclaredArgument {
  const name = word.text;
  const given = options.buildArgs.get(name);
  if (given !== undefined) return { name, value: given };
  if (value !== undefined) return { name, value: expand(value, state, options) };
  return { name, value: globals.get(name) };
}

/** All values are expanded with the variables set before the instruction. */
export function applyEnv(
  state: StageState,
  instruction: EnvInstruction,
  { options }: StagePlan,
): StageState {
  const pairs = instruction.pairs.map(
    ({ key, value }) => [expand(key, state, options), expand(value, state, options)] as const,
  );
  let { environment } = state;
  for (const [name, value] of pairs) environment = environment.set(name, value);
  const entries = pairs.map(([key, value]) => ({ map: 'Env', key, value }) as const);
  const settings = state.settings.plus(
    pairs.map(([name], index) => ({
      name,
      kind: 'env',
      uses: namesUsed(instruction.pairs[index]?.value.text ?? ''),
    })),
  );
  const next = extendConfig({ ...state, environment, settings }, entries);
  return remember(next, { text: pairsText('ENV', pairs), layer: false });
}
