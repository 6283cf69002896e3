/** `type=local,dest=out`: attributes that are lists of `key=value` lists, in both their forms. */
import {
  asEntries,
  asText,
  isList,
  isMap,
  parseCsv,
  type Value,
  ValueFault,
} from '../hcl/index.ts';
import type { Entry, FieldName } from './fields.ts';

/**
 * Reads an entry as a flag of `docker buildx build` has it: `type=registry,ref=x`.
 *
 * @throws ValueFault
 */
function entryOfText(field: FieldName, text: string): Entry {
  const [fields = []] = parseCsv(text);
  switch (field) {
    case 'ssh':
      return sshOfText(text);
    case 'output':
      if (text === '-')
        return new Map([
          ['type', 'tar'],
          ['dest', '-'],
        ]);
      if (!text.includes('='))
        return new Map([
          ['type', 'local'],
          ['dest', text],
        ]);
      break;
    default:
  }
  const pairs = fields.map((part) => {
    const equals = part.indexOf('=');
    if (equals < 0) throw new ValueFault(`'${part}' is not key=value`);
    return [part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1)] as const;
  });
  return canonical(field, new Map(pairs));
}

function sshOfText(text: string): Entry {
  const equals = text.indexOf('=');
  const id = equals < 0 ? text : text.slice(0, equals);
  const paths = equals < 0 ? '' : text.slice(equals + 1);
  return new Map([['id', id], ...(paths === '' ? [] : [['paths', paths] as const])]);
}

/**
 * Reads the entries of one text: of a cache, it can be several names in a registry.
 *
 * @throws ValueFault
 */
export function entriesOfText(field: FieldName, text: string): readonly Entry[] {
  const isCache = field === 'cache-from' || field === 'cache-to';
  if (!isCache || text.includes('=')) return text === '' ? [] : [entryOfText(field, text)];
  const [references = []] = parseCsv(text);
  return references.map(
    (reference) =>
      new Map([
        ['type', 'registry'],
        ['ref', reference],
      ]),
  );
}

/** Reads an entry that is an object, or a text. @throws ValueFault */
export function entriesOfValue(field: FieldName, value: Value): readonly Entry[] {
  if (typeof value === 'string') return entriesOfText(field, value);
  if (!isMap(value))
    throw new ValueFault('a string such as type=local,dest=out, or an object, is required');
  const pairs = [...asEntries(value)].flatMap(([key, item]) => {
    if (item === null) return [];
    return [[key, isList(item) ? item.map(asText).join(',') : asText(item)] as const];
  });
  return [canonical(field, new Map(pairs))];
}

function canonical(field: FieldName, entry: ReadonlyMap<string, string>): Entry {
  if (field === 'secret') return secretEntry(entry);
  if (field === 'ssh' || field === 'policy') return entry;
  const type = entry.get('type');
  if (type === undefined || type === '') throw new ValueFault('a type is required: type=…');
  return entry;
}

/** `source` is `src`; with `type=env`, the source is a variable. */
function secretEntry(entry: ReadonlyMap<string, string>): Entry {
  const source = entry.get('src') ?? entry.get('source');
  const isVariable = entry.get('type') === 'env';
  const env = entry.get('env') ?? (isVariable ? source : undefined);
  const parts: [string, string | undefined][] = [
    ['id', entry.get('id')],
    ['src', isVariable ? undefined : source],
    ['env', env],
  ];
  const unknown = [...entry.keys()].find(
    (key) => !['id', 'src', 'source', 'env', 'type'].includes(key),
  );
  if (unknown !== undefined)
    throw new ValueFault(`a secret has no '${unknown}', only id, src, env and type`);
  return new Map(
    parts.flatMap(([key, value]) =>
      value === undefined || value === '' ? [] : [[key, value] as const],
    ),
  );
}

/** Entries that name the same thing: the last one stays, at the place of the first. */
export function withoutRepetitions(field: FieldName, entries: readonly Entry[]): readonly Entry[] {
  const identity = (entry: Entry) => {
    if (field === 'secret' || field === 'ssh') return entry.get('id') ?? '';
    if (field === 'attest') return entry.get('type') ?? '';
    return entryText(entry);
  };
  return [...new Map(entries.map((entry) => [identity(entry), entry])).values()];
}

/** The entry as a flag has it. */
export function entryText(entry: Entry): string {
  const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [...entry]
    .sort(([a], [b]) => Number(b === 'type') - Number(a === 'type') || (a < b ? -1 : 1))
    .map(([key, value]) => quoted(`${key}=${value}`))
    .join(',');
}
