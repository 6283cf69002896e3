/** `--set TARGET.KEY=VALUE`: changes of targets from the command line. */
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { ValueFault } from '../hcl/index.ts';
import { nearestName } from '../nearest-name.ts';
import { entriesOfText } from './entries.ts';
import {
  type Entry,
  type FieldName,
  type FieldValue,
  fieldKind,
  fieldNames,
  isFieldName,
} from './fields.ts';
import { overriddenNames } from './select.ts';
import { type Definition, entriesField, mapField, type Target, textsField } from './target.ts';

/** A change of one attribute of one target. */
interface Override {
  readonly field: FieldName | 'push' | 'load';
  /** `KEY.NAME`: the name. */
  readonly key: string | undefined;
  readonly values: readonly string[];
  readonly isAppended: boolean;
  /** As written, for messages. */
  readonly text: string;
}

export type Overrides = ReadonlyMap<string, readonly Override[]>;

/** Names that `--set` has for attributes beside their own. */
const ALIASES: Readonly<Record<string, FieldName>> = {
  platform: 'platforms',
  secrets: 'secret',
};

/** Attributes whose values always join those of the target. */
const ALWAYS_JOIN = new Set<string>(['annotations', 'entitlements', 'attest']);

/**
 * Reads the values of `--set`; later ones of a key join (lists) or replace (others) earlier ones.
 *
 * @throws AppError BAKE_OVERRIDE, BAKE_TARGET_NOT_FOUND
 */
export function readOverrides(
  definition: Definition,
  texts: readonly string[],
  env: Environment | undefined,
): Overrides {
  const all = new Map<string, Map<string, Override>>();
  for (const text of texts) {
    const override = readOverride(text, env);
    if (override === undefined) continue;
    const { pattern, change } = override;
    for (const name of overriddenNames(definition, pattern)) {
      const changes = all.get(name) ?? new Map<string, Override>();
      all.set(name, changes);
      const id = `${change.field}.${change.key ?? ''}`;
      const before = changes.get(id);
      const joins = before !== undefined && change.key === undefined && isMany(change.field);
      changes.set(id, joins ? { ...change, values: [...before.values, ...change.values] } : change);
    }
  }
  return new Map([...all].map(([name, changes]) => [name, [...changes.values()]]));
}

function isMany(field: Override['field']): boolean {
  if (field === 'push' || field === 'load') return false;
  const kind = fieldKind(field);
  return kind === 'texts' || kind === 'entries';
}

function readOverride(
  text: string,
  env: Environment | undefined,
): { readonly pattern: string; readonly change: Override } | undefined {
  const [, left = '', , value] = /^([^=]*?)(=([\s\S]*))?$/.exec(text) ?? [];
  const isAppended = left.endsWith('+');
  const [pattern = '', word, ...rest] = (isAppended ? left.slice(0, -1) : left).split('.');
  if (word === undefined || word === '') throw invalid(text, 'TARGET.KEY=VALUE');
  const field = fieldOf(word, text);
  const key = rest.length === 0 ? undefined : rest.join('.');
  const needsKey = field !== 'push' && field !== 'load' && fieldKind(field) === 'map';
  if (needsKey && (key === undefined || key === ''))
    throw invalid(text, `TARGET.${word}.NAME=VALUE`);
  if (value === undefined && field !== 'args') throw invalid(text, `TARGET.${word}=VALUE`);
  if (key !== undefined && !needsKey && word !== 'secret')
    throw invalid(text, `TARGET.${word}=VALUE`);
  const found = value ?? env?.[key ?? ''];
  if (found === undefined) return undefined;
  return { pattern, change: { field, key, values: [found], isAppended, text } };
}

function fieldOf(word: string, text: string): Override['field'] {
  if (word === 'push' || word === 'load') return word;
  const name = ALIASES[word] ?? word;
  if (isFieldName(name) && name !== 'inherits' && name !== 'description') return name;
  const near = nearestName(word, fieldNames);
  throw invalid(
    text,
    'an attribute of a target',
    near === undefined ? undefined : `did you mean ${near}?`,
  );
}

function invalid(text: string, expected: string, hint?: string): AppError {
  return new AppError('BAKE_OVERRIDE', `invalid value ${JSON.stringify(text)} for --set`, {
    expected,
    hint,
  });
}

/** The target with its changes. @throws AppError BAKE_OVERRIDE */
export function applyOverrides(target: Target, overrides: readonly Override[]): Target {
  return overrides.reduce((current, override) => {
    const { field } = override;
    if (field === 'push') return withField(current, 'output', pushed(current, flag(override)));
    if (field === 'load')
      return flag(override) ? withField(current, 'output', loaded(current)) : current;
    return withField(current, field, changed(current, field, override));
  }, target);
}

function withField(target: Target, field: FieldName, value: FieldValue): Target {
  return { ...target, fields: new Map([...target.fields, [field, value]]) };
}

function changed(target: Target, field: FieldName, override: Override): FieldValue {
  const { key, values, isAppended, text } = override;
  const joins = isAppended || ALWAYS_JOIN.has(field);
  const [value = ''] = values;
  switch (fieldKind(field)) {
    case 'text':
      return value;
    case 'flag':
      return flag(override);
    case 'map':
      return new Map([...mapField(target, field), [key ?? '', value]]);
    case 'texts':
      return joins ? [...textsField(target, field), ...values] : [...values];
    case 'entries': {
      if (field === 'secret' && key !== undefined) return withSecret(target, key, override);
      const given = values.flatMap((item) => entries(field, item, text));
      return joins ? [...entriesField(target, field), ...given] : given;
    }
  }
}

function entries(field: FieldName, value: string, text: string): readonly Entry[] {
  try {
    return entriesOfText(field, value);
  } catch (error) {
    if (error instanceof ValueFault) throw invalid(text, error.message);
    throw error;
  }
}

/** `--set x.secret.ID=src=FILE`: another source for a secret that the target has. */
function withSecret(target: Target, id: string, { values, text }: Override): readonly Entry[] {
  const secrets = entriesField(target, 'secret');
  if (!secrets.some((secret) => secret.get('id') === id)) {
    throw invalid(text, 'the id of a secret that the target has');
  }
  const [source = new Map<string, string>()] = entries('secret', values[0] ?? '', text);
  return secrets.map((secret) =>
    secret.get('id') === id ? new Map([['id', id], ...source]) : secret,
  );
}

function flag({ values: [value = ''], text }: Override): boolean {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(value)) return true;
  if (/^(?:0|f|F|false|FALSE|False)$/.test(value)) return false;
  throw invalid(text, 'true or false');
}

/** `--push`, or with false its opposite. */
function pushed(target: Target, pushes: boolean): readonly Entry[] {
  const outputs = entriesField(target, 'output');
  const set = (value: string) =>
    outputs.map((output) =>
      output.get('type') === 'image' ? new Map([...output, ['push', value]]) : output,
    );
  if (!pushes) return set('false').filter((output) => output.get('type') !== 'registry');
  if (outputs.some((output) => output.get('type') !== 'docker')) return set('true');
  return [
    ...outputs,
    new Map([
      ['type', 'image'],
      ['push', 'true'],
    ]),
  ];
}

/** `--load`: a further output, unless the outputs are files only. */
function loaded(target: Target): readonly Entry[] {
  const outputs = entriesField(target, 'output');
  const isLoaded = outputs.some((output) => output.get('type') === 'docker' && !output.has('dest'));
  const isFiles = outputs.some(
    (output) => !['docker', 'image', 'registry', 'oci'].includes(output.get('type') ?? ''),
  );
  return isLoaded || isFiles ? outputs : [...outputs, new Map([['type', 'docker']])];
}
