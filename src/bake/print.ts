/** The JSON of `--print`: the definition as it is built, in the form of `docker buildx bake --print`. */
import {
  type Entry,
  type FieldName,
  type FieldValue,
  fieldNames,
  isEntries,
  isTextMap,
} from './fields.ts';
import type { ResolvedBake } from './resolve.ts';
import type { Group, Target } from './target.ts';

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/** Attributes in which `${` must not be taken for a template when the JSON is read as a definition. */
const ESCAPED = new Set<FieldName>([
  'annotations',
  'dockerfile-inline',
  'labels',
  'args',
  'extra-hosts',
]);

/** @returns indented JSON, without a line end */
export function printBake({ groups, targets }: ResolvedBake): string {
  const sortedGroups = byName(groups).map(
    ({ name, description, targets: members }): [string, Json] => [
      name,
      {
        ...(description === undefined || description === '' ? {} : { description }),
        targets: members,
      },
    ],
  );
  const document = {
    ...(sortedGroups.length === 0 ? {} : { group: Object.fromEntries(sortedGroups) }),
    target: Object.fromEntries(byName(targets).map((target) => [target.name, targetJson(target)])),
  };
  return JSON.stringify(document, undefined, 2).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function byName<T extends Group | Target>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function targetJson({ fields }: Target): Json {
  return Object.fromEntries(
    fieldNames.flatMap((name): [string, Json][] => {
      const value = fields.get(name);
      if (value === undefined || name === 'inherits' || (name === 'description' && value === ''))
        return [];
      return [[name, fieldJson(name, value)]];
    }),
  );
}

function fieldJson(name: FieldName, value: FieldValue): Json {
  const text = (plain: string) =>
    ESCAPED.has(name) ? plain.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign) : plain;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string') return text(value);
  if (isTextMap(value)) {
    const pairs =
      name === 'resources'
        ? resources(value)
        : sortedPairs(value).map(([key, item]): [string, Json] => [key, text(item)]);
    return Object.fromEntries(pairs);
  }
  if (isEntries(value)) return value.map((entry) => entryJson(name, entry));
  return value.map(text);
}

const sortedPairs = (map: ReadonlyMap<string, string>) =>
  [...map].sort(([a], [b]) => (a < b ? -1 : 1));

function entryJson(name: FieldName, entry: Entry): Json {
  if (name === 'secret') return Object.fromEntries(entry);
  if (name === 'ssh') {
    const paths = entry.get('paths');
    return {
      id: entry.get('id') ?? '',
      ...(paths === undefined ? {} : { paths: paths.split(',') }),
    };
  }
  const pairs = sortedPairs(entry).map(([key, value]): [string, Json] => [
    key,
    key === 'disabled' ? value === 'true' : value,
  ]);
  return Object.fromEntries(pairs);
}

const RESOURCES = [
  'memory',
  'memory-swap',
  'cpu-shares',
  'cpu-period',
  'cpu-quota',
  'cpuset-cpus',
  'cpuset-mems',
];
const isNumber = (name: string) => /^cpu-/.test(name);

function resources(map: ReadonlyMap<string, string>): [string, Json][] {
  return RESOURCES.flatMap((name): [string, Json][] => {
    const value = map.get(name);
    if (value === undefined) return [];
    return [[name, isNumber(name) && /^-?\d+$/.test(value) ? Number(value) : value]];
  });
}
