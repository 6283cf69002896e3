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

/** What was said of a mount; undefined: nothing. The defaults of each type are the planner's to set. */
export interface Mount {
  readonly type: MountType;
  readonly from: string | undefined;
  readonly source: string | undefined;
  readonly target: string | undefined;
  /** The type's default where nothing was said: false for cache and tmpfs. */
  readonly readonly: boolean;
  readonly id: string | undefined;
  readonly sharing: (typeof SHARINGS)[number] | undefined;
  /** Bytes. */
  readonly size: number | undefined;
  readonly required: boolean;
  /** Empty: a variable named like the secret. */
  readonly env: string | undefined;
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** The whole value of the flag. */
  readonly range: SourceRange;
}

export interface MountOptions {
  /** Replaces the variables of one value. */
  readonly expand: (value: Word) => string;
  /** The text the flag's ranges refer to. */
  readonly source: SourceMap;
}

type Draft = { -readonly [Key in keyof Mount]: Mount[Key] } & { said: boolean };

/**
 * @throws {AppError} DOCKERFILE_INVALID_MOUNT for an unknown key or type, a wrong value, or options that do
 * not go together; and whatever `expand` throws
 */
export function parseMount(flag: MountFlag, options: MountOptions): Mount {
  return located(options.source, () => {
    const draft = emptyDraft(flag.text.range);
    for (const field of flag.fields) applyField(draft, field, options.expand);
    checkTogether(draft, flag);
    const { said, ...mount } = draft;
    if (!said) mount.readonly = mount.type !== 'cache' && mount.type !== 'tmpfs';
    return mount;
  });
}

function emptyDraft(range: SourceRange): Draft {
  return {
    type: 'bind',
    from: undefined,
    source: undefined,
    target: undefined,
    readonly: false,
    id: undefined,
    sharing: undefined,
    size: undefined,
    required: false,
    env: undefined,
    mode: undefined,
    uid: undefined,
    gid: undefined,
    range,
    said: false,
  };
}

function applyField(draft: Draft, field: MountField, expand: MountOptions['expand']): void {
  if (field.value === undefined) applyBareField(draft, field);
  else applyValue(draft, field, expand(field.value));
}

function applyBareField(draft: Draft, field: MountField): void {
  switch (field.key) {
    case 'readonly':
    case 'ro':
      setReadonly(draft, true);
      break;
    case 'readwrite':
    case 'rw':
      setReadonly(draft, false);
      break;
    case 'required':
      requireType(draft, field, ['secret', 'ssh']);
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
      setReadonly(draft, booleanOf(field, value));
      break;
    case 'readwrite':
    case 'rw':
      setReadonly(draft, !booleanOf(field, value));
      break;
    case 'required':
      requireType(draft, field, ['secret', 'ssh']);
      draft.required = booleanOf(field, value);
      break;
    case 'size':
      requireType(draft, field, ['tmpfs']);
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
  const owned = type === 'secret' || type === 'ssh' || type === 'cache';
  for (const key of ['mode', 'uid', 'gid'] as const) {
    if (!owned && draft[key] !== undefined) throw misplaced(key, type, rangeOf(key));
  }
  if (draft.sharing !== undefined && type !== 'cache') {
    throw misplaced('sharing', type, rangeOf('sharing'));
  }
  if (type !== 'secret') return;
  if (draft.from !== undefined) throw misplaced('from', type, rangeOf('from'));
  if (draft.source !== undefined && draft.id !== undefined) {
    const range = rangeOf('source', 'src');
    throw fault('a secret mount has both id and source', range, 'one of id and source');
  }
  if (draft.source === undefined && draft.target === undefined && draft.id === undefined) {
    throw fault('a secret mount needs an id or a target', flag.text.range, 'id=… or target=…');
  }
}

function setReadonly(draft: Draft, value: boolean): void {
  draft.readonly = value;
  draft.said = true;
}

function emptyAsUnset(value: string): string | undefined {
  return value === '' ? undefined : value;
}

function requireType(draft: Draft, field: MountField, types: readonly MountType[]): void {
  if (!types.includes(draft.type)) throw misplaced(field.key, draft.type, field.range, types);
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

/** An unsigned number of 32 bits. */
function numberOf(field: MountField, value: string, base: 8 | 10): number {
  const digits = base === 8 ? /^[0-7]+$/ : /^[0-9]+$/;
  const parsed = digits.test(value) ? Number.parseInt(value, base) : Number.NaN;
  if (parsed <= 0xffff_ffff) return parsed;
  throw invalidValue(field, value, base === 8 ? 'an octal number, like 0755' : 'a number');
}

const SIZE = /^\+?(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?) ?(?:([kmgtp])(?:i?b)?|b)?$/i;
const UNITS = 'kmgtp';

/** As people write sizes of memory: `64m`, `1.5 GiB`; a unit is a power of 1024. */
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

function misplaced(
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
