/** The attributes of targets: their kinds, and what becomes of two values of one attribute. */

/** One of several `key=value` lists: an output, a cache, a secret. Several paths of ssh are separated by commas. */
export type Entry = ReadonlyMap<string, string>;

export type FieldValue =
  | string
  | boolean
  | readonly string[]
  | ReadonlyMap<string, string>
  | readonly Entry[];

export type FieldKind = 'text' | 'flag' | 'texts' | 'map' | 'entries';

interface Field {
  readonly kind: FieldKind;
  /** Of a value that another one follows: it is replaced, stays in front, or keeps the keys that the other lacks. */
  readonly merge: 'replace' | 'append' | 'keys';
}

/** In the order in which `--print` shows them. */
const FIELDS = {
  description: { kind: 'text', merge: 'replace' },
  inherits: { kind: 'texts', merge: 'append' },
  annotations: { kind: 'texts', merge: 'append' },
  attest: { kind: 'entries', merge: 'append' },
  context: { kind: 'text', merge: 'replace' },
  contexts: { kind: 'map', merge: 'keys' },
  dockerfile: { kind: 'text', merge: 'replace' },
  'dockerfile-inline': { kind: 'text', merge: 'replace' },
  args: { kind: 'map', merge: 'keys' },
  labels: { kind: 'map', merge: 'keys' },
  tags: { kind: 'texts', merge: 'replace' },
  'cache-from': { kind: 'entries', merge: 'append' },
  'cache-to': { kind: 'entries', merge: 'replace' },
  target: { kind: 'text', merge: 'replace' },
  secret: { kind: 'entries', merge: 'append' },
  ssh: { kind: 'entries', merge: 'append' },
  platforms: { kind: 'texts', merge: 'replace' },
  output: { kind: 'entries', merge: 'replace' },
  pull: { kind: 'flag', merge: 'replace' },
  'no-cache': { kind: 'flag', merge: 'replace' },
  network: { kind: 'text', merge: 'replace' },
  'no-cache-filter': { kind: 'texts', merge: 'append' },
  'shm-size': { kind: 'text', merge: 'replace' },
  ulimits: { kind: 'texts', merge: 'append' },
  resources: { kind: 'map', merge: 'keys' },
  call: { kind: 'text', merge: 'replace' },
  entitlements: { kind: 'texts', merge: 'append' },
  'extra-hosts': { kind: 'map', merge: 'keys' },
  policy: { kind: 'entries', merge: 'append' },
} as const satisfies Readonly<Record<string, Field>>;

export type FieldName = keyof typeof FIELDS;

export const fieldNames = Object.keys(FIELDS).filter(isFieldName);

export function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(FIELDS, name);
}

export function fieldKind(name: FieldName): FieldKind {
  return FIELDS[name].kind;
}

/** The value of an attribute that has been given twice. */
export function mergeValues(name: FieldName, before: FieldValue, after: FieldValue): FieldValue {
  const { merge } = FIELDS[name];
  if (merge === 'keys' && before instanceof Map && after instanceof Map) {
    return new Map<string, string>([...before, ...after]);
  }
  if (merge === 'append' && isTexts(before) && isTexts(after)) return [...before, ...after];
  if (merge === 'append' && isEntries(before) && isEntries(after)) return [...before, ...after];
  return after;
}

export function isTexts(value: FieldValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

export function isEntries(value: FieldValue | undefined): value is readonly Entry[] {
  return Array.isArray(value) && value.every((item) => item instanceof Map);
}

export function isTextMap(value: FieldValue | undefined): value is ReadonlyMap<string, string> {
  return value instanceof Map;
}
