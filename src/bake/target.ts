/** Targets and groups of a definition. */
import type { SourceLocation } from '../errors.ts';
import {
  type Entry,
  type FieldName,
  type FieldValue,
  isEntries,
  isTextMap,
  isTexts,
  mergeValues,
} from './fields.ts';

/** What to build: the attributes that were given. */
export interface Target {
  readonly name: string;
  readonly fields: ReadonlyMap<FieldName, FieldValue>;
  /** Where it is defined; undefined for services of a Compose file. */
  readonly location?: SourceLocation | undefined;
}

/** A name for several targets, or for other groups. */
export interface Group {
  readonly name: string;
  readonly description: string | undefined;
  readonly targets: readonly string[];
  readonly location?: SourceLocation | undefined;
}

/** What files define, before anything is inherited or overridden. */
export interface Definition {
  readonly groups: readonly Group[];
  readonly targets: readonly Target[];
  /** The services of a Compose file that are built, and that a service needs, by its name as a target. */
  readonly needs?: ReadonlyMap<string, readonly string[]> | undefined;
}

/** The target with the attributes of another one added, which win. */
export function mergeTargets(before: Target, after: Target): Target {
  const fields = new Map(before.fields);
  for (const [name, value] of after.fields) {
    const old = fields.get(name);
    fields.set(name, old === undefined ? value : mergeValues(name, old, value));
  }
  return { ...before, fields, location: after.location ?? before.location };
}

/** Targets of one name become one; so do groups. */
export function mergeDefinitions(definitions: readonly Definition[]): Definition {
  const targets = new Map<string, Target>();
  const groups = new Map<string, Group>();
  for (const definition of definitions) {
    for (const target of definition.targets) {
      const before = targets.get(target.name);
      targets.set(target.name, before === undefined ? target : mergeTargets(before, target));
    }
    for (const group of definition.groups) {
      const before = groups.get(group.name);
      groups.set(group.name, before === undefined ? group : mergeGroups(before, group));
    }
  }
  const needs = definitions.find((definition) => definition.needs !== undefined)?.needs;
  return { groups: [...groups.values()], targets: [...targets.values()], needs };
}

function mergeGroups(before: Group, after: Group): Group {
  const targets = [...new Set([...before.targets, ...after.targets])];
  return { ...before, targets, description: after.description ?? before.description };
}

/** Typed readers of a target's attributes. */
export function textField(target: Target, name: FieldName): string | undefined {
  const value = target.fields.get(name);
  return typeof value === 'string' ? value : undefined;
}

export function flagField(target: Target, name: FieldName): boolean | undefined {
  const value = target.fields.get(name);
  return typeof value === 'boolean' ? value : undefined;
}

export function textsField(target: Target, name: FieldName): readonly string[] {
  const value = target.fields.get(name);
  return isTexts(value) ? value : [];
}

export function mapField(target: Target, name: FieldName): ReadonlyMap<string, string> {
  const value = target.fields.get(name);
  return isTextMap(value) ? value : new Map();
}

export function entriesField(target: Target, name: FieldName): readonly Entry[] {
  const value = target.fields.get(name);
  return isEntries(value) ? value : [];
}
