/** ARG and ENV: what later words and RUN see. */
import type { ArgDeclaration, ArgInstruction, EnvInstruction } from '../dockerfile/index.ts';
import { type DeclaredArgument, isForScanner } from './arguments.ts';
import { append, assign } from './environment.ts';
import { expand } from './expansion.ts';
import { argText, pairsText } from './history-text.ts';
import type { StagePlan } from './stage-plan.ts';
import { configure, remember, type StageState } from './stage-state.ts';

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
      args: [...next.args, argument],
      environment:
        value === undefined || isForScanner(name)
          ? next.environment
          : append(next.environment, name, value),
    };
  }
  const text = argText(declared.map(({ name, value }) => [name, value] as const));
  return remember(next, { text, layer: false });
}

/**
 * A build argument wins, then the default; without either a global ARG of that name is taken over. The name is
 * taken as written: BuildKit expands values only.
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

/** All values are expanded with what was set before the instruction. */
export function applyEnv(
  state: StageState,
  instruction: EnvInstruction,
  { options }: StagePlan,
): StageState {
  const pairs = instruction.pairs.map(
    ({ key, value }) => [expand(key, state, options), expand(value, state, options)] as const,
  );
  let { environment } = state;
  let imageEnv = state.config.Env ?? [];
  for (const [name, value] of pairs) {
    environment = append(environment, name, value);
    imageEnv = assign(imageEnv, name, value);
  }
  const next = configure({ ...state, environment }, { Env: imageEnv });
  return remember(next, { text: pairsText('ENV', pairs), layer: false });
}
