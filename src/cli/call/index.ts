/** `build --call`: evaluates a Dockerfile without building it, and prints the result. */

import type { BuildOptions, SkippedImage } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { nearestName } from '../../nearest-name.ts';
import type { CommandContext } from '../command.ts';
import { exitStatus } from '../exit-status.ts';
import { jsonText } from '../json-text.ts';
import { renderTable } from '../rows.ts';
import { checkJson, checkText, skippedText } from './check.ts';
import { outlineJson, outlineText } from './outline.ts';
import { targetsJson, targetsText } from './targets.ts';

const METHODS: readonly (readonly [method: string, description: string])[] = [
  ['check', 'look for mistakes in the Dockerfile'],
  ['outline', 'what the target takes: arguments, secrets, ssh agents, caches'],
  ['targets', 'the stages that can be built'],
  ['subrequests.describe', 'this list'],
];

/**
 * @param call `method[,format=text|json]`
 * @returns the exit status: 1 if the checks found something, as with Docker
 * @throws AppError CLI_FLAG_VALUE; whatever reading the Dockerfile throws
 */
export async function callBuild(
  call: string,
  options: BuildOptions,
  context: CommandContext,
): Promise<number> {
  const { method, isJson } = parseCall(call);
  const write = (answer: string | object): Promise<void> =>
    context.io.stdout.write(typeof answer === 'string' ? answer : jsonText(answer, 2));
  const warn = async (skipped: readonly SkippedImage[]): Promise<void> => {
    if (skipped.length > 0) await context.io.stderr.write(skippedText(skipped));
  };
  const api = await context.api();
  if (method === 'check') {
    const result = await api.check(options);
    await warn(result.skipped);
    await write(isJson ? checkJson(result) : checkText(result));
    if (result.error !== undefined && !isJson) throw result.error;
    const isClean = result.error === undefined && result.warnings.length === 0;
    return isClean ? exitStatus.success : exitStatus.failure;
  }
  if (method === 'outline') {
    const result = await api.outline(options);
    await warn(result.skipped);
    await write(isJson ? outlineJson(result) : outlineText(result));
  } else if (method === 'targets') {
    const result = await api.targets(options);
    await write(isJson ? targetsJson(result) : targetsText(result));
  } else {
    const rows = METHODS.map(([name, description]) => ({ name, description }));
    await write(isJson ? rows : renderTable([['NAME', 'DESCRIPTION'], ...METHODS]));
  }
  return exitStatus.success;
}

function parseCall(call: string): { readonly method: string; readonly isJson: boolean } {
  const [method = '', ...settings] = call.split(',');
  const bare = method.replace(/^(method=|frontend\.)/, '').replace(/^lint$/, 'check');
  const names = METHODS.map(([name]) => name);
  if (!names.includes(bare)) {
    const near = nearestName(bare, names);
    throw badCall(call, near === undefined ? undefined : `did you mean --call=${near}?`);
  }
  let isJson = false;
  for (const setting of settings) {
    const [, format] = /^format=(json|text)$/.exec(setting) ?? [];
    if (format === undefined) throw badCall(call, 'the only option is format=json or format=text');
    isJson = format === 'json';
  }
  return { method: bare, isJson };
}

function badCall(call: string, hint: string | undefined): AppError {
  return new AppError('CLI_FLAG_VALUE', `invalid value "${call}" for --call`, {
    expected: `${METHODS.map(([name]) => name).join(', ')}, each optionally with ,format=json`,
    hint,
  });
}
