/** Secrets in an image config: in variables, labels, commands, and the history. */
import type { ContainerConfig, HistoryEntry, ImageConfig } from '../../oci/index.ts';
import { commandValues } from './command-values.ts';
import { isIn, type SecretBytes } from './own-secrets.ts';
import { type SecretKind, secretInValue, secretsInText } from './secret-patterns.ts';

/** Where a secret is, never what it is. */
export interface ConfigSecret {
  readonly kind: SecretKind;
  /** The layer that the history entry made. */
  readonly layer?: number | undefined;
  /** Name of the variable. */
  readonly env?: string | undefined;
  /** Name of the label. */
  readonly label?: string | undefined;
  /** Member of the config, such as `Cmd`. */
  readonly member?: string | undefined;
  /** Position of the history entry, from 0. */
  readonly history?: number | undefined;
  /** Name that the value has in the command or history entry: a build argument, a variable, an option. */
  readonly arg?: string | undefined;
}

/** @param own secrets of the build, in all their forms */
export function* secretsInConfig(
  { config, history = [] }: Pick<ImageConfig, 'config' | 'history'>,
  own: readonly SecretBytes[],
): Generator<ConfigSecret> {
  if (own.length > 0) {
    yield* ownInConfig(config ?? {}, own);
    yield* ownInHistory(history, own);
  }
  yield* inVariables(config ?? {});
  yield* inCommands(config ?? {});
  yield* inHistory(history);
}

function* ownInConfig(
  { Env: variables = [], Labels: labels = {}, ...others }: ContainerConfig,
  own: readonly SecretBytes[],
): Generator<ConfigSecret> {
  const kind = 'build-secret';
  for (const variable of variables) {
    const [env = ''] = variable.split('=', 1);
    if (has(variable, own)) yield { kind, env };
  }
  for (const [label, value] of Object.entries(labels)) {
    if (has(`${label}\n${value}`, own)) yield { kind, label };
  }
  for (const [member, value] of Object.entries(others)) {
    // The words of a command as they are, and as a shell would write them.
    const texts = [...textsIn(value)];
    if (has(texts.join('\n'), own) || has(texts.join(' '), own)) yield { kind, member };
  }
}

function* ownInHistory(
  history: readonly HistoryEntry[],
  own: readonly SecretBytes[],
): Generator<ConfigSecret> {
  for (const [entry, place] of located(history)) {
    const { created_by: text = '', comment = '', author = '' } = entry;
    if (has([text, comment, author].join('\n'), own)) yield { kind: 'build-secret', ...place };
  }
}

function has(text: string, own: readonly SecretBytes[]): boolean {
  return isIn(Buffer.from(text), own);
}

/** All strings, and the names of members, at any depth. */
function* textsIn(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield* Object.keys(value);
  for (const part of Object.values(value)) yield* textsIn(part);
}

function* inVariables({ Env, Labels }: ContainerConfig): Generator<ConfigSecret> {
  for (const variable of Env ?? []) {
    const equals = variable.indexOf('=');
    const name = variable.slice(0, equals);
    const kind = secretInValue(name, variable.slice(equals + 1));
    if (kind !== undefined) yield { kind, env: name };
  }
  for (const [label, value] of Object.entries(Labels ?? {})) {
    const kind = secretInValue(label, value);
    if (kind !== undefined) yield { kind, label };
  }
}

function* inCommands(config: ContainerConfig): Generator<ConfigSecret> {
  const { Entrypoint, Cmd, Healthcheck, OnBuild } = config;
  const commands = { Entrypoint, Cmd, Healthcheck: Healthcheck?.Test, OnBuild };
  for (const [member, words] of Object.entries(commands)) {
    const text = (words ?? []).join('\n');
    for (const secret of inCommand(text, commandValues(text))) yield { ...secret, member };
  }
}

function* inHistory(history: readonly HistoryEntry[]): Generator<ConfigSecret> {
  for (const [{ created_by: text = '' }, place] of located(history)) {
    for (const secret of inCommand(text, assignments(text))) yield { ...secret, ...place };
  }
}

/** Named values first; then what looks like a secret and has none of these names. */
function* inCommand(
  text: string,
  named: Iterable<readonly [name: string, value: string]>,
): Generator<Pick<ConfigSecret, 'kind' | 'arg'>> {
  const kinds = new Set<SecretKind>();
  const names = new Set<string>();
  for (const [arg, value] of named) {
    const kind = secretInValue(arg, value);
    if (kind === undefined || names.has(arg)) continue;
    names.add(arg);
    kinds.add(kind);
    yield { kind, arg };
  }
  for (const kind of secretsInText(text)) if (!kinds.has(kind)) yield { kind };
}

type Place = Pick<ConfigSecret, 'history' | 'layer'>;

function* located(history: readonly HistoryEntry[]): Generator<readonly [HistoryEntry, Place]> {
  let layer = -1;
  for (const [position, entry] of history.entries()) {
    if (entry.empty_layer === true) yield [entry, { history: position }];
    else yield [entry, { history: position, layer: ++layer }];
  }
}

/** BuildKit and Docker write the build arguments a RUN sees before its command: `|2 A=1 B=2 /bin/sh -c …`. */
const ARGUMENTS = /^(?:RUN )?\|(\d+) /;
const INSTRUCTION = /^(?:\/bin\/sh -c #\(nop\)\s+)?(ENV|ARG|LABEL|COPY|ADD) (.*)$/s;

function* assignments(text: string): Generator<readonly [string, string]> {
  const [, instruction, rest = ''] = INSTRUCTION.exec(text) ?? [];
  if (instruction === 'ENV' || instruction === 'ARG') {
    // BuildKit writes a value with spaces as it is.
    const [, name, value] = /^(\w+)=(.*)$/s.exec(rest) ?? [];
    if (name !== undefined && value !== undefined) yield [name, value];
  }
  if (instruction !== undefined) return;
  const [match, count = '0'] = ARGUMENTS.exec(text) ?? [];
  if (match === undefined) {
    yield* commandValues(text);
    return;
  }
  let command = text.slice(match.length);
  for (let left = Number(count); left > 0 && command !== ''; left--) {
    // A value with spaces ends where the next argument, or the shell, begins.
    const end = (left > 1 ? /\s(?=\w+=)/ : /\s(?=\/bin\/)/).exec(command)?.index;
    const [argument, equals] = [command.slice(0, end), command.indexOf('=')];
    if (equals > 0) yield [argument.slice(0, equals), argument.slice(equals + 1)];
    command = end === undefined ? '' : command.slice(end + 1);
  }
  yield* commandValues(command);
}
