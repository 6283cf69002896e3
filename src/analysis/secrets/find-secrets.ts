import { type BytePath, baseName } from '../../files/index.ts';
import type { ImageConfig } from '../../oci/index.ts';
import { type ImageModel, NONE } from '../model/index.ts';
import { isIn, type SecretBytes } from './own-secrets.ts';
import { mayHoldSecrets, type SecretContents } from './secret-contents.ts';
import { type SecretKind, secretInValue, secretsInText } from './secret-patterns.ts';

/** Where a secret is, never what it is. Of `path`, `env`, `label` and `history`, at most one is given: none for a command of the config. */
export interface FoundSecret {
  readonly kind: SecretKind;
  /** The layer that ships the file, or that the history entry made. */
  readonly layer?: number | undefined;
  readonly path?: BytePath | undefined;
  /** Whether the final file system shows the file. */
  readonly visible?: boolean | undefined;
  /** Name of the variable. */
  readonly env?: string | undefined;
  /** Name of the label. */
  readonly label?: string | undefined;
  /** Position of the history entry, from 0. */
  readonly history?: number | undefined;
  /** Name of the build argument in the history entry. */
  readonly arg?: string | undefined;
}

/** @param contents saw all layers of the model go by */
export function findSecrets(
  model: ImageModel,
  contents: SecretContents,
  config: ImageConfig,
): FoundSecret[] {
  return [
    ...inFiles(model, contents),
    ...ownInNames(model, contents.own),
    ...ownInConfig(config, contents.own),
    ...inConfig(config),
    ...inHistory(config),
  ];
}

function* inFiles(model: ImageModel, contents: SecretContents): Generator<FoundSecret> {
  if (contents.found.size === 0) return;
  const { versions } = model;
  const found = new Map(
    [...contents.found].map(([digest, kinds]) => [versions.contentOf(digest), kinds]),
  );
  for (let version = 0; version < versions.length; version++) {
    const content = versions.content(version);
    const kinds = content === NONE ? undefined : found.get(content);
    if (kinds === undefined) continue;
    const path = model.path(version);
    const isLikely = mayHoldSecrets(path);
    const visible = versions.hiddenBy(version) === NONE;
    for (const kind of kinds) {
      if (kind !== 'build-secret' && !isLikely) continue;
      yield { kind, layer: versions.layer(version), path, visible };
    }
  }
}

/** In names, which nothing else looks at. */
function* ownInNames(model: ImageModel, own: readonly SecretBytes[]): Generator<FoundSecret> {
  if (own.length === 0) return;
  const { versions } = model;
  for (let version = 0; version < versions.length; version++) {
    if (versions.isWhiteout(version)) continue;
    const path = model.path(version);
    const { linkTarget = '' } = versions.metadata(version);
    if (!isIn(Buffer.from(`${baseName(path)}\n${linkTarget}`, 'latin1'), own)) continue;
    const visible = versions.hiddenBy(version) === NONE;
    yield { kind: 'build-secret', layer: versions.layer(version), path, visible };
  }
}

function* ownInConfig(
  { config, history = [] }: ImageConfig,
  own: readonly SecretBytes[],
): Generator<FoundSecret> {
  const kind = 'build-secret';
  const has = (text: string) => isIn(Buffer.from(text), own);
  for (const variable of config?.Env ?? []) {
    const [env = ''] = variable.split('=', 1);
    if (has(variable)) yield { kind, env };
  }
  for (const [label, value] of Object.entries(config?.Labels ?? {})) {
    if (has(value)) yield { kind, label };
  }
  const words = [config?.Cmd ?? [], config?.Entrypoint ?? []].flat();
  if (has(words.join(' '))) yield { kind };
  let layer = -1;
  for (const [position, { created_by: text = '', empty_layer: isEmpty }] of history.entries()) {
    if (isEmpty !== true) layer++;
    if (has(text)) yield { kind, history: position, ...(isEmpty !== true && { layer }) };
  }
}

function* inConfig({ config }: ImageConfig): Generator<FoundSecret> {
  for (const variable of config?.Env ?? []) {
    const equals = variable.indexOf('=');
    const name = variable.slice(0, equals);
    const kind = secretInValue(name, variable.slice(equals + 1));
    if (kind !== undefined) yield { kind, env: name };
  }
  for (const [label, value] of Object.entries(config?.Labels ?? {})) {
    const kind = secretInValue(label, value);
    if (kind !== undefined) yield { kind, label };
  }
}

/** BuildKit and Docker write the build arguments a RUN sees before its command: `|2 A=1 B=2 /bin/sh -c …`. */
const ARGUMENTS = /^(?:RUN )?\|(\d+) /;

function* inHistory({ history = [] }: ImageConfig): Generator<FoundSecret> {
  let layer = -1;
  for (const [position, entry] of history.entries()) {
    if (entry.empty_layer !== true) layer++;
    const text = entry.created_by ?? '';
    const location =
      entry.empty_layer === true ? { history: position } : { history: position, layer };
    const found = new Set<SecretKind>();
    for (const [name, value] of assignments(text)) {
      const kind = secretInValue(name, value);
      if (kind === undefined) continue;
      found.add(kind);
      yield { kind, arg: name, ...location };
    }
    for (const kind of secretsInText(text)) if (!found.has(kind)) yield { kind, ...location };
  }
}

function* assignments(text: string): Generator<readonly [string, string]> {
  const [match, count = '0'] = ARGUMENTS.exec(text) ?? [];
  if (match !== undefined) {
    let rest = text.slice(match.length);
    for (let left = Number(count); left > 0; left--) {
      // A value with spaces ends where the next argument, or the shell, begins.
      const end = left > 1 ? /\s(?=\w+=)/.exec(rest)?.index : /\s(?=\/bin\/)/.exec(rest)?.index;
      const [argument, equals] = [rest.slice(0, end), rest.indexOf('=')];
      if (equals > 0) yield [argument.slice(0, equals), argument.slice(equals + 1)];
      rest = end === undefined ? '' : rest.slice(end + 1);
    }
  }
  const [, name, value] =
    /^(?:ENV|ARG|\/bin\/sh -c #\(nop\)\s+(?:ENV|ARG)) (\w+)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) yield [name, value];
}
