/** HEALTHCHECK. */

import { nearestName } from '../../nearest-name.ts';
import { parseDuration } from '../duration.ts';
import { InstructionFault } from '../fault.ts';
import { quote } from '../quote.ts';
import { isSpace, skipSpaces } from '../space.ts';
import type { ArgumentLine, Word } from '../tree.ts';
import { lineFrom } from '../words.ts';
import { parseCommandLine } from './command.ts';
import { type FlagSet, readFlagSet } from './flag-set.ts';
import { baseOf, missingArgument, type Scope } from './scope.ts';
import { trailingComment } from './trailing-comment.ts';
import type { HealthcheckInstruction, HealthTest } from './types.ts';

const FORM = 'HEALTHCHECK NONE, or HEALTHCHECK [flags] CMD command';
const MILLISECOND = 1e6;
const MAX_RETRIES = 2 ** 31 - 1;

/** `HEALTHCHECK NONE` (with its flags ignored, as in BuildKit) or `HEALTHCHECK [flags] CMD command` */
export function parseHealthcheck(scope: Scope): HealthcheckInstruction {
  const { line } = scope.node;
  const { text } = line;
  if (text === '') throw missingArgument(scope, FORM, 'add CMD and a command, or NONE');
  let end = 0;
  while (end < text.length && !isSpace(text.charCodeAt(end))) end += 1;
  const type = line.word(0, end);
  const rest = skipSpaces(text, end, text.length);
  const command = lineFrom(line, rest);
  if (type.text.toUpperCase() === 'NONE') {
    if (rest < text.length) throw argumentsOfNone(scope, command);
    return { ...baseOf(scope), kind: 'healthcheck', test: { kind: 'none' } };
  }
  return { ...baseOf(scope), kind: 'healthcheck', test: parseTest(scope, type, command) };
}

function parseTest(scope: Scope, type: Word, line: ArgumentLine): HealthTest {
  const flags = readFlagSet(scope.node, {
    interval: 'text',
    timeout: 'text',
    'start-period': 'text',
    'start-interval': 'text',
    retries: 'text',
  });
  const command = parseCommandLine(scope, line);
  if (type.text.toUpperCase() !== 'CMD') throw unknownType(type);
  if (command.form === 'exec' ? command.args.length === 0 : command.text.text === '') {
    throw missingArgument(scope, FORM, 'add the command after CMD');
  }
  return {
    kind: 'command',
    command,
    interval: durationOf(flags, 'interval'),
    timeout: durationOf(flags, 'timeout'),
    startPeriod: durationOf(flags, 'start-period'),
    startInterval: durationOf(flags, 'start-interval'),
    retries: retriesOf(flags.text('retries')),
  };
}

function durationOf(flags: FlagSet, name: string): number {
  const word = flags.text(name);
  if (word === undefined || word.text === '') return 0;
  const duration = parseDuration(word.text);
  if (duration === 0 || (duration !== undefined && duration >= MILLISECOND)) return duration;
  throw new InstructionFault(
    'DOCKERFILE_INVALID_DURATION',
    `invalid value ${quote(word.text)} for --${name}`,
    {
      range: word.range,
      expected: '0, or a duration of one millisecond or more, such as 30s or 1m30s',
      hint: duration === undefined ? 'write a unit: ms, s, m or h' : 'the shortest time is 1ms',
    },
  );
}

function retriesOf(word: Word | undefined): number {
  if (word === undefined || word.text === '') return 0;
  const value = /^[+-]?\d+$/.test(word.text) ? Number(word.text) : Number.NaN;
  if (value >= 0 && value <= MAX_RETRIES) return value + 0;
  throw new InstructionFault(
    'DOCKERFILE_INVALID_FLAG_VALUE',
    `invalid value ${quote(word.text)} for --retries`,
    { range: word.range, expected: 'a whole number, 0 or more', hint: 'write --retries=3' },
  );
}

function unknownType(type: Word): InstructionFault {
  const near = nearestName(type.text, ['CMD', 'NONE']);
  return new InstructionFault(
    'DOCKERFILE_HEALTHCHECK_TYPE',
    `unknown HEALTHCHECK type ${quote(type.text)}`,
    {
      range: type.range,
      expected: FORM,
      hint: near === undefined ? 'write CMD before the command' : `did you mean ${near}?`,
    },
  );
}

function argumentsOfNone(scope: Scope, rest: ArgumentLine): InstructionFault {
  const { range } = rest.word(0, rest.text.length);
  if (rest.text.startsWith('#')) return trailingComment(scope, range, 'HEALTHCHECK NONE');
  return new InstructionFault(
    'DOCKERFILE_HEALTHCHECK_NONE',
    'HEALTHCHECK NONE takes no arguments',
    {
      range,
      expected: 'HEALTHCHECK NONE',
      hint: 'remove everything after NONE',
    },
  );
}
