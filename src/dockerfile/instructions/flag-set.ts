/** The flags of one instruction, checked against the known ones. */

import { nearestName } from '../../nearest-name.ts';
import { InstructionFault } from '../fault.ts';
import { quote } from '../quote.ts';
import type { FlagNode, InstructionNode, Word } from '../tree.ts';
import { keywordOf } from './scope.ts';

export type FlagKinds = Readonly<Record<string, 'boolean' | 'text' | 'list'>>;

export interface FlagSet {
  boolean(name: string): boolean | undefined;
  text(name: string): Word | undefined;
  /** As `text`, but undefined for an empty value. */
  filled(name: string): Word | undefined;
  list(name: string): readonly Word[];
}

/** @throws {InstructionFault} for a flag that is unknown, repeated, or has an invalid value or none */
export function readFlagSet(node: InstructionNode, kinds: FlagKinds): FlagSet {
  const seen = new Map<string, FlagNode[]>();
  for (const flag of node.flags) {
    const kind = Object.hasOwn(kinds, flag.name) ? kinds[flag.name] : undefined;
    if (kind === undefined) throw unknownFlag(node, flag, kinds);
    const before = seen.get(flag.name);
    if (before !== undefined && kind !== 'list') throw duplicateFlag(flag);
    if (kind === 'boolean') checkBoolean(flag);
    else if (flag.value === undefined) throw missingValue(flag, 'a value');
    if (before === undefined) seen.set(flag.name, [flag]);
    else before.push(flag);
  }
  const first = (name: string) => seen.get(name)?.[0];
  return {
    boolean: (name) => {
      const flag = first(name);
      return flag === undefined ? undefined : flag.value?.text.toLowerCase() !== 'false';
    },
    text: (name) => first(name)?.value,
    filled: (name) => {
      const value = first(name)?.value;
      return value?.text === '' ? undefined : value;
    },
    list: (name) => (seen.get(name) ?? []).flatMap((flag) => flag.value ?? []),
  };
}

/** For instructions without flags. */
export function refuseFlags(node: InstructionNode): void {
  readFlagSet(node, {});
}

function unknownFlag(node: InstructionNode, flag: FlagNode, kinds: FlagKinds): InstructionFault {
  const names = Object.keys(kinds);
  const near = nearestName(flag.name, names, { caseSensitive: true });
  const keyword = keywordOf(node);
  return new InstructionFault(
    'DOCKERFILE_UNKNOWN_FLAG',
    `${keyword} has no flag ${quote(`--${flag.name}`)}`,
    {
      range: flag.range,
      expected:
        names.length === 0
          ? `${keyword} takes no flags`
          : names.map((name) => `--${name}`).join(', '),
      hint: near === undefined ? noFlagHint(node, names) : `did you mean --${near}?`,
    },
  );
}

function noFlagHint(node: InstructionNode, names: readonly string[]): string {
  if (names.length > 0) return 'put flags of the instruction before its first argument';
  return ['cmd', 'entrypoint'].includes(node.name)
    ? `to run a command that begins with --, use the JSON form of ${keywordOf(node)}`
    : 'remove the flag';
}

function duplicateFlag(flag: FlagNode): InstructionFault {
  return new InstructionFault('DOCKERFILE_DUPLICATE_FLAG', `--${flag.name} is set twice`, {
    range: flag.range,
    expected: `--${flag.name} once`,
    hint: 'remove one of the two',
  });
}

function missingValue(flag: FlagNode, expected: string): InstructionFault {
  return new InstructionFault('DOCKERFILE_MISSING_FLAG_VALUE', `--${flag.name} needs a value`, {
    range: flag.range,
    expected,
    hint: `write --${flag.name}=…, without spaces around the equals sign`,
  });
}

function checkBoolean(flag: FlagNode): void {
  if (flag.value === undefined) return;
  const text = flag.value.text.toLowerCase();
  if (text === '') throw missingValue(flag, 'true or false');
  if (text === 'true' || text === 'false') return;
  throw new InstructionFault(
    'DOCKERFILE_INVALID_FLAG_VALUE',
    `invalid value ${quote(flag.value.text)} for --${flag.name}`,
    {
      range: flag.value.range,
      expected: 'true or false',
      hint: `write --${flag.name} alone for true`,
    },
  );
}
