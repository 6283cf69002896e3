/**
 * JSON as Go's encoding/json writes it, so that equal image configs have the same bytes and digest as those of other
 * builders: no spaces; `<`, `>` and `&` escaped; map keys sorted; members of known objects in the order of their Go
 * types, without empty ones. BuildKit writes the top level of a config as a map, so it is sorted.
 */

/** How to write one kind of object. Other members follow, sorted, whatever their value. */
interface Shape {
  /** Known members in their order; a name that ends in `!` is written even when empty. */
  readonly order?: readonly string[];
  /** Shapes of members that are objects, or lists of objects. */
  readonly members?: Readonly<Record<string, Shape>>;
}

const MAP: Shape = {};

const PLATFORM: Shape = { order: ['architecture!', 'os!', 'os.version', 'os.features', 'variant'] };

const DESCRIPTOR: Shape = {
  order: [
    'mediaType!',
    'digest!',
    'size!',
    'urls',
    'annotations',
    'data',
    'platform',
    'artifactType',
  ],
  members: { platform: PLATFORM },
};

const MANIFEST: Shape = {
  order: [
    'schemaVersion!',
    'mediaType',
    'artifactType',
    'config!',
    'layers!',
    'subject',
    'annotations',
  ],
  members: { config: DESCRIPTOR, layers: DESCRIPTOR, subject: DESCRIPTOR },
};

const INDEX: Shape = {
  order: ['schemaVersion!', 'mediaType', 'artifactType', 'manifests!', 'subject', 'annotations'],
  members: { manifests: DESCRIPTOR, subject: DESCRIPTOR },
};

const HEALTHCHECK: Shape = {
  order: ['Test', 'Interval', 'Timeout', 'StartPeriod', 'StartInterval', 'Retries'],
};

const CONTAINER_CONFIG: Shape = {
  order: [
    'User',
    'ExposedPorts',
    'Env',
    'Entrypoint',
    'Cmd',
    'Volumes',
    'WorkingDir',
    'Labels',
    'StopSignal',
    'ArgsEscaped',
    'Healthcheck',
    'OnBuild',
    'Shell',
  ],
  members: { Healthcheck: HEALTHCHECK },
};

const IMAGE_CONFIG: Shape = {
  order: [
    'architecture!',
    'author',
    'config!',
    'created',
    'history',
    'os!',
    'os.features',
    'os.version',
    'rootfs!',
    'variant',
  ],
  members: {
    config: CONTAINER_CONFIG,
    history: { order: ['created', 'created_by', 'author', 'comment', 'empty_layer'] },
    rootfs: { order: ['type!', 'diff_ids!'] },
  },
};

/**
 * The canonical bytes of a value. Recognises image configs, manifests, indexes and descriptors by their members; writes
 * other objects with sorted keys. Omits members that are `undefined`.
 * @throws Error for values without JSON form: NaN, infinities, functions, symbols
 */
export function canonicalJson(value: unknown): Buffer {
  return Buffer.from(write(value, shapeOf(value)));
}

function shapeOf(value: unknown): Shape {
  if (!isObject(value)) return MAP;
  if ('rootfs' in value)
    return { ...IMAGE_CONFIG, order: withUnknown(IMAGE_CONFIG.order ?? [], value) };
  if ('schemaVersion' in value && 'manifests' in value) return INDEX;
  if ('schemaVersion' in value && 'layers' in value) return MANIFEST;
  if ('digest' in value && 'mediaType' in value && 'size' in value) return DESCRIPTOR;
  return MAP;
}

/** All keys of a config, sorted, since BuildKit writes it as a map. */
function withUnknown(order: readonly string[], value: Readonly<Record<string, unknown>>): string[] {
  const known = new Set(order.map(bareName));
  const unknown = Object.keys(value).filter((key) => !known.has(key));
  return [...order, ...unknown.map((key) => `${key}!`)].sort((a, b) =>
    compareKeys(bareName(a), bareName(b)),
  );
}

function bareName(entry: string): string {
  return entry.endsWith('!') ? entry.slice(0, -1) : entry;
}

function write(value: unknown, shape: Shape): string {
  if (Array.isArray(value))
    return `[${value.map((item: unknown) => write(item ?? null, shape)).join(',')}]`;
  if (isObject(value)) return writeObject(value, shape);
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'boolean':
      return String(value);
    case 'number':
      if (!Number.isFinite(value)) throw new Error(`no JSON for the number ${value}`);
      return Object.is(value, -0) ? '-0' : JSON.stringify(value);
    default:
      if (value === null) return 'null';
      throw new Error(`no JSON for a ${typeof value}`);
  }
}

function writeObject(value: Readonly<Record<string, unknown>>, shape: Shape): string {
  const parts: string[] = [];
  const add = (key: string): void => {
    const member = value[key];
    if (member === undefined) return;
    parts.push(`${quote(key)}:${write(member, shape.members?.[key] ?? MAP)}`);
  };
  const known = new Set<string>();
  for (const entry of shape.order ?? []) {
    const key = bareName(entry);
    known.add(key);
    if (Object.hasOwn(value, key) && (entry !== key || !isEmpty(value[key]))) add(key);
  }
  for (const key of Object.keys(value).sort(compareKeys)) if (!known.has(key)) add(key);
  return `{${parts.join(',')}}`;
}

/** Whether Go's `omitempty` omits the value; empty objects count if they are maps in Go. */
function isEmpty(value: unknown): boolean {
  if (value === null || value === '' || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** Go sorts by UTF-8 bytes: in the order of code points, not of UTF-16 units. */
function compareKeys(a: string, b: string): number {
  return /[\ud800-\udfff]/.test(a + b)
    ? Buffer.compare(Buffer.from(a), Buffer.from(b))
    : a < b
      ? -1
      : a > b
        ? 1
        : 0;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

function quote(text: string): string {
  const json = JSON.stringify(text);
  return /[<>&\u2028\u2029]/.test(json)
    ? json.replace(/[<>&\u2028\u2029]/g, (character) => ESCAPES[character] ?? character)
    : json;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
