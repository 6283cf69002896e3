/** Instructions with one text or a plain list as argument. */
import { InstructionFault } from '../fault.ts';
import { trimSpaces } from '../space.ts';
import type { Word } from '../tree.ts';
import { jsonOrWords, splitWords } from '../words.ts';
import { refuseFlags } from './flag-set.ts';
import { baseOf, keywordOf, missingArgument, type Scope, spanOf } from './scope.ts';
import { commentRange, commentWord, warnOfComment } from './trailing-comment.ts';
import type {
  ExposeInstruction,
  MaintainerInstruction,
  StopsignalInstruction,
  UserInstruction,
  VolumeInstruction,
  WorkdirInstruction,
} from './types.ts';

/** `USER name[:group]` */
export function parseUser(scope: Scope): UserInstruction {
  const value = singleValue(scope, 'a user name or number, with or without :group');
  refuseFlags(scope.node);
  warnOfComment(scope, commentRange(scope.node.line), 'part of the user name');
  return { ...baseOf(scope), kind: 'user', value };
}

/** `WORKDIR path` */
export function parseWorkdir(scope: Scope): WorkdirInstruction {
  const value = singleValue(scope, 'a path');
  refuseFlags(scope.node);
  warnOfComment(scope, commentRange(scope.node.line), 'part of the path');
  return { ...baseOf(scope), kind: 'workdir', value };
}

/** `STOPSIGNAL signal`; ignores flags, as BuildKit does. */
export function parseStopsignal(scope: Scope): StopsignalInstruction {
  const value = singleValue(scope, 'a signal name or number');
  return { ...baseOf(scope), kind: 'stopsignal', value };
}

/** `MAINTAINER name` */
export function parseMaintainer(scope: Scope): MaintainerInstruction {
  const { node } = scope;
  const message = 'MAINTAINER is deprecated';
  const hint = 'write LABEL org.opencontainers.image.authors="…"';
  scope.warn({ code: 'MaintainerDeprecated', message, hint }, node.range);
  const value = singleValue(scope, 'a name');
  refuseFlags(node);
  return { ...baseOf(scope), kind: 'maintainer', value };
}

/** `EXPOSE port[/protocol] …` */
export function parseExpose(scope: Scope): ExposeInstruction {
  const { node } = scope;
  const ports = splitWords(node.line);
  const expected = 'ports such as 8080, 53/udp or 8000-8010';
  if (ports.length === 0) throw missingArgument(scope, expected, 'name a port');
  refuseFlags(node);
  return { ...baseOf(scope), kind: 'expose', ports };
}

/** `VOLUME path …` or `VOLUME ["path", …]` */
export function parseVolume(scope: Scope): VolumeInstruction {
  const { node } = scope;
  const { json, words } = jsonOrWords(node.line);
  const expected = 'one or more paths';
  if (words.length === 0) throw missingArgument(scope, expected, 'name a path');
  refuseFlags(node);
  const comment = json ? undefined : commentWord(words);
  const last = words.at(-1);
  if (comment !== undefined && last !== undefined) {
    warnOfComment(scope, spanOf(comment, last), 'paths of volumes');
  }
  const paths = words.map((word): Word => ({ text: trimSpaces(word.text), range: word.range }));
  const blank = paths.find(({ text }) => text === '');
  if (blank !== undefined) {
    throw new InstructionFault('DOCKERFILE_EMPTY_VOLUME', 'VOLUME has an empty path', {
      range: blank.range,
      expected,
      hint: 'remove the empty string',
    });
  }
  return { ...baseOf(scope), kind: 'volume', paths };
}

/** The whole rest of the line, including spaces. */
function singleValue(scope: Scope, expected: string): Word {
  const { argument } = scope.node;
  if (argument.text !== '') return argument;
  const hint = `write ${keywordOf(scope.node)} with ${expected}`;
  throw missingArgument(scope, expected, hint);
}
