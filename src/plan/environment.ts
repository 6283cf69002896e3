/** An ordered list of `NAME=value`, the form environments have in image configs. */

/** The PATH that BuildKit gives an image which sets none. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export type Environment = readonly string[];

export function nameOf(variable: string): string {
  const equals = variable.indexOf('=');
  return equals < 0 ? variable : variable.slice(0, equals);
}

/** The value of a variable, the last one where it stands several times. */
export function lookup(environment: Environment, name: string): string | undefined {
  const found = environment.findLast((variable) => nameOf(variable) === name);
  return found?.slice(name.length + 1);
}

/** Sets a variable of an image config: in its old place where it has one, else at the end. */
export function assign(environment: Environment, name: string, value: string): Environment {
  const variable = `${name}=${value}`;
  const place = environment.findIndex((other) => nameOf(other) === name);
  return place < 0 ? [...environment, variable] : environment.with(place, variable);
}

/** Sets a variable of what RUN gets: at the end, whatever place it had, as BuildKit does. */
export function append(environment: Environment, name: string, value: string): Environment {
  return [...environment.filter((other) => nameOf(other) !== name), `${name}=${value}`];
}

/** Sets all variables of an image config, in their order. */
export function appendAll(environment: Environment, variables: Environment): Environment {
  return variables.reduce(
    (all, variable) => append(all, nameOf(variable), variable.slice(nameOf(variable).length + 1)),
    environment,
  );
}
