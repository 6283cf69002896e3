/** RUN --mount after expansion. */
import type { SourceRange } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import { parseBoolean } from './check-config.ts';
import { InstructionFault, located } from './fault.ts';
import type { MountField, MountFlag } from './instructions/types.ts';
import { quote } from './quote.ts';
import type { SourceMap } from './source.ts';
import type { Word } from './tree.ts';

const TYPES = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'] as const;
const SHARINGS = ['shared', 'private', 'locked'] as const;
const KEYS = [
  ...['type', 'from', 'source', 'src', 'target', 'dst', 'destination', 'readonly', 'ro'],
  ...['readwrite', 'rw', 'required', 'size', 'id', 'sharing', 'mode', 'uid', 'gid', 'env'],
];

export type MountType = (typeof TYPES)[number];

/** Options of every mount; undefined: not specified. */
interface Common {
  readonly target: string | undefined;
  /** The whole value of the flag. */
  readonly range: SourceRange;
}

interface FilesFrom {
  readonly from: string | undefined;
  readonly source: string | undefined;
}

interface Permissions {
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** The specified options of a mount. The planner sets the defaults that depend on the stage. */
export type Mount = BindOptions | CacheOptions | TmpfsOptions | SecretOptions | SshOptions;

export interface BindOptions extends Common, FilesFrom {
  readonly type: 'bind';
  readonly readonly: boolean;
}

export interface CacheOptions extends Common, FilesFrom, Permissions {
  readonly type: 'cache';
  readonly readonly: boolean;
  readonly id: string | undefined;
  readonly sharing: (typeof SHARINGS)[number] | undefined;
}

export interface TmpfsOptions extends Common {
  readonly type: 'tmpfs';
  readonly from: string | undefined;
  /** Bytes. */
  readonly size: number | undefined;
}

export interface SecretOptions extends Common, Permissions {
  readonly type: 'secret';
  /** The name of the secret, from `source` or `id`; undefined: the target's name. */
  readonly id: string | undefined;
  readonly required: boolean;
  /** Empty: the variable has the secret's name. */
  readonly env: string | undefined;
}

export interface SshOptions extends Common, Permissions {
  readonly type: 'ssh';
  readonly from: string | undefined;
  readonly id: string | undefined;
  readonly required: boolean;
}

export interface MountOptions {
  /** Expands one value. */
  readonly expand: (value: Word) => string;
  /** The text of the flag's ranges. */
  readonly source: SourceMap;
}

/** All specified options, before they are checked against the type. */
type Draft = { -readonly [Key in Option]?: Said[Key] } & { type: MountType; range: SourceRange };

interface Said extends FilesFrom, Permissions {
  readonly target: string | undefined;
  readonly readonly: boolean;
  readonly id: string | undefined;
  readonly sharing: (typeof SHARINGS)[number];
  readonly size: number;
  readonly required: boolean;
  readonly env: string;
}
type Option = keyof Said;

/** Options of some types only. All types accept the others, even without effect, as in BuildKit. */
type OwnOption = 'from' | 'sharing' | 'size' | 'required' | keyof Permissions;

interface TypeRules<Type extends MountType> {
  readonly options: readonly OwnOption[];
  readonly read: (said: Draft) => Extract<Mount, { readonly type: Type }>;
}

const RULES: { readonly [Type in MountType]: TypeRules<Type> } = {
  bind: {
    options: ['from'],
    read: ({ readonly = true, ...said }) => ({
      ...{ type: 'bind', ...filesFrom(said), ...common(said), readonly },
    }),
  },
  cache: {
    options: ['from', 'sharing', 'mode', 'uid', 'gid'],
    read: ({ readonly = false, id, sharing, ...said }) => ({
      ...{ type: 'cache', ...filesFrom(said), ...common(said), ...permissions(said) },
      ...{ readonly, id, sharing },
    }),
  },
  tmpfs: {
    options: ['from', 'size'],
    read: ({ from, size, ...said }) => ({ type: 'tmpfs', ...common(said), from, size }),
  },
  secret: {
    options: ['required', 'mode', 'uid', 'gid'],
    read: ({ source, id, required = false, env, ...said }) => ({
      ...{ type: 'secret', ...common(said), ...permissions(said) },
      ...{ id: source ?? id, required, env },
    }),
  },
  ssh: {
    options: ['from', 'required', 'mode', 'uid', 'gid'],
    read: ({ from, id, required = false, ...said }) => ({
      ...{ type: 'ssh', ...common(said), ...permissions(said), from, id, required },
    }),
  },
};

function common({ target, range }: Pick<Draft, 'target' | 'range'>): Common {
  return { target, range };
}

function filesFrom({ from, source }: Pick<Draft, 'from' | 'source'>): FilesFrom {
  return { from, source };
}

function permissions({ mode, uid, gid }: Pick<Draft, 'mode' | 'uid' | 'gid'>): Permissions {
  return { mode, uid, gid };
}

/**
 * @throws {AppError} DOCKERFILE_INVALID_MOUNT for an unknown key or type, an invalid value, or conflicting options;
 *   what `expand` throws
 */
export function parseMount(flag: MountFlag, options: MountOptions): Mount {
  return located(options.source, () => {
    const draft: Draft = { type: 'bind', range: flag.text.range };
    for (const field of flag.fields) applyField(draft, field, options.expand);
    checkTogether(draft, flag);
    return RULES[draft.type].read(draft);
  });
}

function applyField(draft: Draft, field: MountField, expand: MountOptions['expand']): void {
  if (field.value === undefined) applyBareField(draft, field);
  else applyValue(draft, field, expand(field.value));
}

function applyBareField(draft: Draft, field: MountField): void {
  switch (field.key) {
    case 'readonly':
    case 'ro':
      draft.readonly = true;
      break;
    case 'readwrite':
    case 'rw':
      draft.readonly = false;
      break;
    case 'required':
      requireOption(draft, field, 'required');
      draft.required = true;
      break;
    default:
      if (!KEYS.includes(field.key)) throw unknownKey(field);
      throw fault(`${field.key} needs a value`, field.range, `${field.key}=…`);
  }
}

function applyValue(draft: Draft, field: MountField, value: string): void {
  switch (field.key) {
    case 'type':
      draft.type = oneOf(field, value, TYPES);
      break;
    case 'from':
      draft.from = emptyAsUnset(value);
      break;
    case 'source':
    case 'src':
      draft.source = emptyAsUnset(value);
      break;
    case 'target':
    case 'dst':
    case 'destination':
      draft.target = emptyAsUnset(value);
      break;
    case 'readonly':
    case 'ro':
      draft.readonly = booleanOf(field, value);
      break;
    case 'readwrite':
    case 'rw':
      draft.readonly = !booleanOf(field, value);
      break;
    case 'required':
      requireOption(draft, field, 'required');
      draft.required = booleanOf(field, value);
      break;
    case 'size':
      requireOption(draft, field, 'size');
      draft.size = sizeOf(field, value);
      break;
    case 'id':
      draft.id = emptyAsUnset(value);
      break;
    case 'sharing':
      draft.sharing = oneOf(field, value, SHARINGS);
      break;
    case 'env':
      draft.env = value;
      break;
    case 'mode':
      draft.mode = numberOf(field, value, 8);
      break;
    case 'uid':
    case 'gid':
      draft[field.key] = numberOf(field, value, 10);
      break;
    default:
      throw unknownKey(field);
  }
}

function checkTogether(draft: Draft, flag: MountFlag): void {
  const rangeOf = (...keys: string[]) =>
    flag.fields.find(({ key }) => keys.includes(key))?.range ?? flag.text.range;
  const { type } = draft;
  for (const option of ['mode', 'uid', 'gid', 'sharing', 'from'] as const) {
    if (draft[option] === undefined || RULES[type].options.includes(option)) continue;
    throw notForType(option, type, rangeOf(option));
  }
  if (type !== 'secret') return;
  if (draft.source !== undefined && draft.id !== undefined) {
    const range = rangeOf('source', 'src');
    throw fault('a secret mount has both id and source', range, 'one of id and source');
  }
  if (draft.source === undefined && draft.target === undefined && draft.id === undefined) {
    throw fault('a secret mount needs an id or a target', flag.text.range, 'id=… or target=…');
  }
}

function emptyAsUnset(value: string): string | undefined {
  return value === '' ? undefined : value;
}

function requireOption(draft: Draft, field: MountField, option: OwnOption): void {
  const types = TYPES.filter((type) => RULES[type].options.includes(option));
  if (!types.includes(draft.type)) throw notForType(field.key, draft.type, field.range, types);
}

function oneOf<T extends string>(field: MountField, value: string, allowed: readonly T[]): T {
  const lower = value.toLowerCase();
  const found = allowed.find((candidate) => candidate === lower);
  if (found !== undefined) return found;
  const near = nearestName(value, allowed);
  throw invalidValue(field, value, allowed.join(', '), near && `did you mean ${near}?`);
}

function booleanOf(field: MountField, value: string): boolean {
  const parsed = parseBoolean(value);
  if (parsed === undefined) throw invalidValue(field, value, 'true or false');
  return parsed;
}

/** An unsigned 32-bit number. */
function numberOf(field: MountField, value: string, base: 8 | 10): number {
  const digits = base === 8 ? /^[0-7]+$/ : /^[0-9]+$/;
  const parsed = digits.test(value) ? Number.parseInt(value, base) : Number.NaN;
  if (parsed <= 0xffff_ffff) return parsed;
  throw invalidValue(field, value, base === 8 ? 'an octal number, like 0755' : 'a number');
}

const SIZE = /^\+?(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?) ?(?:([kmgtp])(?:i?b)?|b)?$/i;
const UNITS = 'kmgtp';

/** A size such as `64m` or `1.5 GiB`; units are powers of 1024. */
function sizeOf(field: MountField, value: string): number {
  const match = SIZE.exec(value);
  const unit = UNITS.indexOf((match?.[2] ?? '').toLowerCase() || ' ');
  const bytes = Math.trunc(Number(match?.[1] ?? Number.NaN) * 1024 ** (unit + 1));
  if (Number.isSafeInteger(bytes)) return bytes;
  throw invalidValue(field, value, 'a size such as 64m or 1g');
}

function invalidValue(
  field: MountField,
  value: string,
  expected: string,
  hint?: string | undefined,
): InstructionFault {
  const range = field.value?.range ?? field.range;
  return fault(`invalid value ${quote(value)} for ${field.key}=`, range, expected, hint);
}

function notForType(
  key: string,
  type: MountType,
  range: SourceRange,
  types: readonly MountType[] = [],
): InstructionFault {
  const hint =
    types.length === 0
      ? `remove ${key}, or change the type`
      : `write type=${types.join(' or type=')} before ${key}`;
  return fault(
    `a mount of type ${type} has no option ${key}`,
    range,
    `the options of a ${type} mount`,
    hint,
  );
}

function unknownKey(field: MountField): InstructionFault {
  const near = nearestName(field.key, KEYS, { caseSensitive: true });
  const hint = near === undefined ? undefined : `did you mean ${near}?`;
  return fault(`unknown mount option ${quote(field.key)}`, field.keyRange, KEYS.join(', '), hint);
}

function fault(
  message: string,
  range: SourceRange,
  expected: string,
  hint = 'see RUN --mount in the Dockerfile reference',
): InstructionFault {
  return new InstructionFault('DOCKERFILE_INVALID_MOUNT', message, { range, expected, hint });
}
