/** Variables for the environment of RUN and the expansion of words. */

/** The PATH that BuildKit sets for an image without one. */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface Setting {
  readonly name: string;
  /** `NAME=value`, the form environments have in image configs. */
  readonly text: string;
}

/** The name in `NAME=value`. */
export function nameOf(variable: string): string {
  const equals = variable.indexOf('=');
  return equals < 0 ? variable : variable.slice(0, equals);
}

/**
 * Variables in the order in which they were last set, as BuildKit keeps them. Setting and looking up take constant
 * time: states share one log of settings, of which each sees only its own beginning.
 */
export class Variables {
  readonly #log: Setting[];
  /** Positions of each name's settings in the log, ascending. */
  readonly #positions: Map<string, number[]>;
  readonly #length: number;

  private constructor(log: Setting[], positions: Map<string, number[]>, length: number) {
    this.#log = log;
    this.#positions = positions;
    this.#length = length;
  }

  static none(): Variables {
    return new Variables([], new Map(), 0);
  }

  lookup(name: string): string | undefined {
    const position = this.#positions.get(name)?.findLast((at) => at < this.#length);
    return position === undefined ? undefined : this.#log[position]?.text.slice(name.length + 1);
  }

  set(name: string, value: string): Variables {
    return this.#plus([{ name, text: `${name}=${value}` }]);
  }

  /** @param variables `NAME=value`, set in their order */
  setAll(variables: readonly string[]): Variables {
    return this.#plus(
      variables.map((variable) => {
        const name = nameOf(variable);
        return { name, text: `${name}=${variable.slice(name.length + 1)}` };
      }),
    );
  }

  /** `NAME=value`, each name once. */
  toArray(): readonly string[] {
    const seen = new Set<string>();
    const texts: string[] = [];
    for (const { name, text } of this.#log.slice(0, this.#length).reverse()) {
      // An expanded name may contain a `=`, and then sets the part before it.
      if (seen.has(name) || seen.has(nameOf(text))) continue;
      seen.add(name);
      texts.push(text);
    }
    return texts.reverse();
  }

  #plus(settings: readonly Setting[]): Variables {
    // Another state has extended the log since: it cannot be extended for this one. The empty log is shared.
    const isOurs = this.#log.length === this.#length && this.#length > 0;
    const log = isOurs ? this.#log : this.#log.slice(0, this.#length);
    const positions = isOurs ? this.#positions : positionsOf(log);
    for (const setting of settings) addPosition(positions, setting, log.push(setting) - 1);
    return new Variables(log, positions, log.length);
  }
}

function positionsOf(log: readonly Setting[]): Map<string, number[]> {
  const positions = new Map<string, number[]>();
  for (const [at, setting] of log.entries()) addPosition(positions, setting, at);
  return positions;
}

function addPosition(positions: Map<string, number[]>, { text }: Setting, at: number): void {
  const name = nameOf(text);
  const known = positions.get(name);
  if (known === undefined) positions.set(name, [at]);
  else known.push(at);
}

/** The variables of an image config: one that is set again keeps its first position. */
export class ConfigEnv {
  /** `NAME=value` */
  readonly variables: string[];
  readonly #positions = new Map<string, number>();

  constructor(variables: readonly string[]) {
    this.variables = [...variables];
    for (const [at, variable] of variables.entries()) this.#index(nameOf(variable), at);
  }

  set(name: string, value: string): void {
    const text = `${name}=${value}`;
    const at = this.#index(nameOf(text), this.variables.length);
    this.variables[at] = text;
  }

  /** The position of a name; a new one gets `end`. */
  #index(name: string, end: number): number {
    const at = this.#positions.get(name) ?? end;
    this.#positions.set(name, at);
    return at;
  }
}
