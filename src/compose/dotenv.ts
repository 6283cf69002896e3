/** `.env` files of Compose projects. */

import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { InterpolationFault, interpolate } from './interpolate.ts';

const LINE =
  /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*(?:[=:][ \t]*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^\n]*)))?/;

/**
 * Reads `NAME=value` lines. Values in single quotes are taken as they are; in others, variables are replaced.
 *
 * @param file its name, for messages
 * @param env known variables, which values may use
 * @throws AppError COMPOSE_INVALID
 */
export function parseDotEnv(
  text: string,
  file: string,
  env: Environment,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let rest = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  let line = 1;
  while (rest !== '') {
    const [blank = ''] = /^[ \t]*(?:#[^\n]*)?(?:\n|$)/.exec(rest) ?? [];
    if (blank !== '') {
      rest = rest.slice(blank.length);
      line += 1;
      continue;
    }
    const found = LINE.exec(rest);
    const [whole = '', name = '', single, double, plain] = found ?? [];
    const after = rest.slice(whole.length);
    if (found === null || !/^[ \t]*(?:#[^\n]*)?(?:\n|$)/.test(after)) {
      throw new AppError('COMPOSE_INVALID', `line ${line} of '${file}' is not NAME=value`);
    }
    const scope = { ...Object.fromEntries(values), ...env };
    const value = writtenValue({ single, double, plain }, scope, { file, line });
    if (value !== undefined) values.set(name, value);
    line += whole.split('\n').length;
    rest = after.slice(after.indexOf('\n') < 0 ? after.length : after.indexOf('\n') + 1);
  }
  return values;
}

interface Written {
  readonly single: string | undefined;
  readonly double: string | undefined;
  readonly plain: string | undefined;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function writtenValue(
  { single, double, plain }: Written,
  env: Environment,
  { file, line }: { readonly file: string; readonly line: number },
): string | undefined {
  if (single !== undefined) return single;
  const text =
    double === undefined
      ? plain?.replace(/[ \t]#.*$/, '').trim()
      : double.replace(/\\(.)/g, (_, letter: string) =>
          letter === '$' ? '$$' : (ESCAPES[letter] ?? letter),
        );
  try {
    return text === undefined ? undefined : interpolate(text, env);
  } catch (error) {
    if (!(error instanceof InterpolationFault)) throw error;
    throw new AppError('COMPOSE_INVALID', `line ${line} of '${file}': ${error.message}`);
  }
}
