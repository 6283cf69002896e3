/** The external inputs of a target: arguments, secrets, SSH agents, caches. */
import type { MountFlag, RunInstruction, Word } from '../dockerfile/index.ts';
import type { SourceRange } from '../errors.ts';
import type { Survey } from '../lint/index.ts';
import { argumentsOf, type OutlineArgument } from './arguments.ts';

/** A secret, an ssh agent or a cache mount that a target uses. */
export interface OutlineMount {
  readonly name: string;
  /** The build fails without it. */
  readonly required: boolean;
  readonly range: SourceRange;
}

export interface Outline {
  /** Undefined for a stage without a name. */
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly args: readonly OutlineArgument[];
  readonly secrets: readonly OutlineMount[];
  readonly ssh: readonly OutlineMount[];
  /** Ids of cache mounts. */
  readonly cache: readonly OutlineMount[];
}

/** The external inputs of a survey's target; each name once, in the order of the text. */
export function outlineOf(survey: Survey): Outline {
  const mounts = new Mounts(survey);
  return {
    name: survey.target?.from.stage,
    description: survey.target?.from.description,
    args: argumentsOf(survey),
    secrets: mounts.named('secret', secretId),
    ssh: mounts.named('ssh', (fields) => fields.get('id') ?? 'default'),
    cache: mounts.named('cache', (fields) => fields.get('id') ?? targetOf(fields)),
  };
}

type Fields = ReadonlyMap<string, string>;

/** The mounts of all RUN instructions that the target needs. */
class Mounts {
  readonly #survey: Survey;
  readonly #runs: readonly RunInstruction[];

  constructor(survey: Survey) {
    this.#survey = survey;
    this.#runs = survey.stages
      .flatMap(({ steps }) => steps)
      .map(({ instruction }) => instruction)
      .filter((instruction): instruction is RunInstruction => instruction.kind === 'run');
  }

  named(type: string, nameOf: (fields: Fields) => string): readonly OutlineMount[] {
    const found = new Map<string, OutlineMount>();
    for (const [run, flag] of this.#runs.flatMap((run) =>
      run.mounts.map((flag) => [run, flag] as const),
    )) {
      const fields = this.#fields(flag);
      if ((fields.get('type') ?? 'bind') !== type) continue;
      const name = nameOf(fields);
      const known = found.get(name);
      const required = known?.required === true || isTrue(fields.get('required'));
      // A trigger is not in this file: report the FROM that runs it.
      const range = this.#survey.triggeredBy(run)?.node.range ?? flag.text.range;
      found.set(name, { name, required, range: known?.range ?? range });
    }
    return [...found.values()];
  }

  /** A key without `=` has an empty value. */
  #fields({ fields }: MountFlag): Fields {
    const text = (value: Word | undefined): string =>
      value === undefined ? '' : (this.#survey.textOf(value) ?? value.text);
    return new Map(fields.map(({ key, value }) => [key, text(value)]));
  }
}

function isTrue(text: string | undefined): boolean {
  return text !== undefined && ['', '1', 't', 'true'].includes(text.toLowerCase());
}

function targetOf(fields: Fields): string {
  return fields.get('target') ?? fields.get('dst') ?? fields.get('destination') ?? '';
}

function secretId(fields: Fields): string {
  const id = fields.get('id') ?? fields.get('source') ?? fields.get('src');
  return id ?? targetOf(fields).split('/').at(-1) ?? '';
}
