/** Permission bits of `--chmod`: octal, or symbolic as in chmod(1) with umask 0. */
import { AppError } from '../errors.ts';

type Bits = number;

/** One change of a symbolic mode, in the order written. */
interface ModeChange {
  /** Bits the change may touch. */
  readonly who: Bits;
  readonly op: '+' | '-' | '=';
  readonly set: Bits;
  /** Execute bits for directories and for files that have an execute bit (`X`). */
  readonly conditionalExecute: Bits;
  /** Classes whose current bits are copied. */
  readonly copyFrom: readonly ('u' | 'g' | 'o')[];
}

export type ModeSpec =
  | { readonly kind: 'octal'; readonly mode: Bits }
  | { readonly kind: 'symbolic'; readonly changes: readonly ModeChange[] };

const STICKY = 0o1000;
const SET_ID = 0o6000;
const ALL_BUT_STICKY = 0o6777;
const CLASS_BITS = { u: 0o4700, g: 0o2070, o: 0o0007, a: ALL_BUT_STICKY } as const;
const CLASS_SHIFT = { u: 6, g: 3, o: 0 } as const;
const EXPECTED = 'an octal number from 0 to 7777, or a symbolic mode such as u=rwX,go=rX or +x';

/** @throws AppError MODE_INVALID */
export function parseMode(text: string): ModeSpec {
  if (/^[0-9]/.test(text)) {
    if (!/^[0-7]+$/.test(text) || Number.parseInt(text, 8) > 0o7777) throw invalid(text);
    return { kind: 'octal', mode: Number.parseInt(text, 8) };
  }
  const changes: ModeChange[] = [];
  for (const clause of text.split(',')) changes.push(...parseClause(clause, text));
  return { kind: 'symbolic', changes };
}

/** The mode after the change; 0..0o7777. */
export function applyMode(spec: ModeSpec, mode: Bits, isDirectory: boolean): Bits {
  if (spec.kind === 'octal') return spec.mode;
  const mayExecute = isDirectory || (mode & 0o111) !== 0;
  let result = mode;
  for (const change of spec.changes) result = applyChange(change, result, mayExecute);
  return result;
}

function parseClause(clause: string, text: string): ModeChange[] {
  const match = /^([ugoa]*)((?:[-+=][rwxXstugo]*)+)$/.exec(clause);
  if (match === null) throw invalid(text);
  let who = 0;
  for (const name of match[1] ?? '') who |= CLASS_BITS[name as keyof typeof CLASS_BITS];
  // Set-id bits and the sticky bit do not apply to the class of others alone.
  const special = who === 0 || (who & ~CLASS_BITS.o) !== 0;
  const actions = (match[2] ?? '').match(/[-+=][rwxXstugo]*/g) ?? [];
  return actions.map((action) => parseAction(action, who, special));
}

function parseAction(action: string, who: Bits, special: boolean): ModeChange {
  const op = action[0] as '+' | '-' | '=';
  const copyFrom: ('u' | 'g' | 'o')[] = [];
  let set = 0;
  let conditionalExecute = 0;
  for (const letter of action.slice(1)) {
    if (letter === 'r') set |= 0o444;
    else if (letter === 'w') set |= 0o222;
    else if (letter === 'x') set |= 0o111;
    else if (letter === 'X' && op === '-') set |= 0o111;
    else if (letter === 'X') conditionalExecute = 0o111;
    else if (letter === 's') set |= special ? SET_ID : 0;
    else if (letter === 't') set |= special ? STICKY : 0;
    else copyFrom.push(letter as 'u' | 'g' | 'o');
  }
  const classes = who === 0 ? ALL_BUT_STICKY : who;
  return {
    who: classes,
    op,
    set: set & (classes | STICKY),
    conditionalExecute: conditionalExecute & classes,
    copyFrom,
  };
}

function applyChange(change: ModeChange, mode: Bits, mayExecute: boolean): Bits {
  let bits = change.set;
  for (const from of change.copyFrom) {
    const value = (mode >> CLASS_SHIFT[from]) & 7;
    bits |= ((value << 6) | (value << 3) | value) & change.who & 0o777;
  }
  if (mayExecute) bits |= change.conditionalExecute;
  if (change.op === '-') return mode & ~bits;
  if (change.op === '+') return mode | bits;
  // Copying a class (`g=u`) replaces permissions only and leaves set-id bits; `g=` clears them too.
  const cleared = onlyCopies(change) ? change.who & 0o777 : change.who;
  return (mode & ~cleared) | bits;
}

function onlyCopies(change: ModeChange): boolean {
  return change.copyFrom.length > 0 && change.set === 0 && change.conditionalExecute === 0;
}

function invalid(text: string): AppError {
  return new AppError('MODE_INVALID', `invalid mode '${text}'`, { expected: EXPECTED });
}
