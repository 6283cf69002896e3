/** From a definition to the targets that will be built: inheritance, overrides, links between targets. */
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { withoutRepetitions } from './entries.ts';
import { type FieldName, type FieldValue, isEntries, isTexts } from './fields.ts';
import { cleanContext } from './local-path.ts';
import { applyOverrides, type Overrides, readOverrides } from './overrides.ts';
import { askedNames, expandGroup, notFound } from './select.ts';
import {
  type Definition,
  type Group,
  mapField,
  mergeTargets,
  type Target,
  textField,
  textsField,
} from './target.ts';

export interface ResolveOptions {
  /** Names or patterns; none: `default`. */
  readonly asked: readonly string[];
  /** As `--set` has them. */
  readonly overrides: readonly string[];
  /** For arguments that are set without a value. */
  readonly env: Environment | undefined;
}

/** What is built, and under which groups. */
export interface ResolvedBake {
  readonly groups: readonly Group[];
  readonly targets: readonly Target[];
}

/** @throws AppError BAKE_TARGET_NOT_FOUND, BAKE_OVERRIDE, BAKE_DEFINITION */
export function resolveBake(
  definition: Definition,
  { asked, overrides, env }: ResolveOptions,
): ResolvedBake {
  const names = askedNames(definition, asked.length === 0 ? ['default'] : asked);
  const resolver = new Resolver(definition, readOverrides(definition, overrides, env));
  const groups = new Map<string, Group>();
  for (const name of names) {
    const expanded = expandGroup(definition, name);
    for (const target of expanded.targets) resolver.require(target);
    for (const group of definition.groups) {
      if (expanded.groups.includes(group.name)) groups.set(group.name, group);
    }
  }
  const own = names.filter((name) => name !== 'default' || !groups.has('default'));
  const before = groups.get('default')?.targets ?? [];
  if (own.length > 0 || before.length > 0) {
    const targets = [...new Set([...before, ...own])].sort();
    groups.set('default', {
      name: 'default',
      description: groups.get('default')?.description,
      targets,
    });
  }
  resolver.followLinks();
  return { groups: [...groups.values()], targets: resolver.resolved() };
}

class Resolver {
  private readonly definition: Definition;
  private readonly overrides: Overrides;
  private readonly targets = new Map<string, Target>();

  constructor(definition: Definition, overrides: Overrides) {
    this.definition = definition;
    this.overrides = overrides;
  }

  require(name: string): Target {
    const known = this.targets.get(name);
    if (known !== undefined) return known;
    const target = withDefaults(this.inherited(name, []));
    this.targets.set(name, target);
    return target;
  }

  /** Targets whose images others use as contexts are built too, for nobody else. */
  followLinks(): void {
    for (const name of this.targets.keys()) this.follow(name, []);
  }

  resolved(): Target[] {
    return [...this.targets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private inherited(name: string, chain: readonly string[]): Target {
    const target = this.definition.targets.find((candidate) => candidate.name === name);
    if (target === undefined) throw notFound(`there is no target '${name}'`, name, this.definition);
    const parents = textsField(target, 'inherits')
      // A target that inherits itself gains nothing.
      .filter((parent) => !chain.includes(parent) && parent !== name)
      .map((parent) => this.inherited(parent, [...chain, name]));
    const merged = [...parents, target].reduce<Target>(mergeTargets, { name, fields: new Map() });
    const own = { ...merged, name, location: target.location };
    return normalized(applyOverrides(own, this.overrides.get(name) ?? []));
  }

  private follow(name: string, chain: readonly string[]): void {
    const target = this.require(name);
    for (const [context, source] of mapField(target, 'contexts')) {
      const [, linked] = /^target:(.*)$/.exec(source) ?? [];
      if (linked === undefined) continue;
      if (linked === name || chain.includes(linked)) {
        throw new AppError(
          'BAKE_DEFINITION',
          `the target '${linked}' uses its own result, by the context '${context}'`,
          {
            location: target.location,
          },
        );
      }
      if (!this.targets.has(linked)) {
        const output: FieldValue = [new Map([['type', 'cacheonly']])];
        const made = this.require(linked);
        this.targets.set(linked, {
          ...made,
          fields: new Map([...made.fields, ['output', output]]),
        });
      }
      this.follow(linked, [...chain, name]);
      this.link(name, linked);
    }
  }

  /** What the linked target may do, the target may do; its platforms must be there. */
  private link(name: string, linked: string): void {
    const target = this.require(name);
    const other = this.require(linked);
    const missing = textsField(target, 'platforms').filter(
      (platform) => !textsField(other, 'platforms').includes(platform),
    );
    if (
      textsField(target, 'platforms').length > 1 &&
      textsField(other, 'platforms').length > 1 &&
      missing.length > 0
    ) {
      throw new AppError(
        'BAKE_DEFINITION',
        `the target '${linked}' is not built for ${missing.join(', ')}, for which '${name}' needs it`,
        {
          location: target.location,
        },
      );
    }
    const entitlements = unique([
      ...textsField(target, 'entitlements'),
      ...textsField(other, 'entitlements'),
    ]);
    if (entitlements.length === 0) return;
    this.targets.set(name, {
      ...target,
      fields: new Map([...target.fields, ['entitlements', entitlements]]),
    });
  }
}

const unique = (texts: readonly string[]) => [...new Set(texts)].filter((text) => text !== '');

/** Without repetitions and empty values. */
function normalized(target: Target): Target {
  const fields = [...target.fields].flatMap(
    ([name, value]): (readonly [FieldName, FieldValue])[] => {
      const clean = cleaned(name, value);
      return clean === undefined ? [] : [[name, clean]];
    },
  );
  const result: Target = { ...target, fields: new Map(fields) };
  if (textField(result, 'network') !== 'host') return result;
  const entitlements = unique([...textsField(result, 'entitlements'), 'network.host']);
  return { ...result, fields: new Map([...result.fields, ['entitlements', entitlements]]) };
}

function cleaned(name: FieldName, value: FieldValue): FieldValue | undefined {
  if (isTexts(value)) {
    const texts = unique(value);
    return texts.length === 0 ? undefined : texts;
  }
  if (isEntries(value)) {
    const entries = withoutRepetitions(name, value);
    return entries.length === 0 ? undefined : entries;
  }
  if (name === 'contexts' && value instanceof Map) {
    const given = [...value].filter(([, source]) => source !== '');
    return given.length === 0 ? undefined : new Map(given);
  }
  return value instanceof Map && value.size === 0 ? undefined : value;
}

/** The context and the Dockerfile that a target has if it names none. */
function withDefaults(target: Target): Target {
  const { inherits: _, ...fields } = Object.fromEntries(target.fields);
  const context = textField(target, 'context') ?? '.';
  const dockerfile = textField(target, 'dockerfile') || 'Dockerfile';
  const entries = Object.entries(fields).filter(
    (entry): entry is [FieldName, FieldValue] => entry[1] !== undefined,
  );
  return {
    ...target,
    fields: new Map<FieldName, FieldValue>([
      ...entries,
      ['context', cleanContext(context)],
      ['dockerfile', dockerfile],
    ]),
  };
}
