/** An ordered list of `NAME=value`, the form environments have in image configs. */

/** The PATH that BuildKit gives an image which sets none. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export type Environment = readonly string[];

export function nameOf(variable: string): string {
  const equals = variable.indexOf('=');
  return equals < 0 ? variable : variable.slice(0, equals);
}

/** Without making a text of every name, since environments are searched for every word. */
function isNamed(name: string): (variable: string) => boolean {
  const { length } = name;
  return (variable) =>
    variable.startsWith(name) && (variable.length === length || variable[length] === '=');
}

/** The value of a variable, the last one where it stands several times. */
export function lookup(environment: Environment, name: string): string | undefined {
  return environment.findLast(isNamed(name))?.slice(name.length + 1);
}

/** Sets a variable of an image config: in its old place where it has one, else at the end. */
export function assign(environment: Environment, name: string, value: string): Environment {
  const variable = `${name}=${value}`;
  const place = environment.findIndex(isNamed(name));
  return place < 0 ? [...environment, variable] : environment.with(place, variable);
}

/** Sets a variable of what RUN gets: at the end, whatever place it had, as BuildKit does. */
export function append(environment: Environment, name: string, value: string): Environment {
  const isSame = isNamed(name);
  const others = environment.some(isSame)
    ? environment.filter((other) => !isSame(other))
    : environment;
  return [...others, `${name}=${value}`];
}

/** Sets all variables of an image config, in their order. */
export function appendAll(environment: Environment, variables: Environment): Environment {
  return variables.reduce(
    (all, variable) => append(all, nameOf(variable), variable.slice(nameOf(variable).length + 1)),
    environment,
  );
}
