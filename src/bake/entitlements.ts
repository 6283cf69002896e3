/** What targets may do on this machine: a definition from elsewhere must not read or write everywhere. */
import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { BakeTargetOptions } from '../api/index.ts';
import { AppError } from '../errors.ts';
import { isLocal } from './local-path.ts';

interface Need {
  /** `fs.read=/path`, `network.host`. */
  readonly grant: string;
  readonly target: string;
}

export interface Grants {
  readonly allow: readonly string[];
  /** Reading and writing below it is always allowed. */
  readonly directory: string;
  /** Paths that `--set` named: whoever gives them on the command line means them. */
  readonly isGiven: (path: string) => boolean;
}

/** @throws AppError BAKE_ENTITLEMENT, which names all that is missing */
export function checkEntitlements(
  targets: readonly { readonly name: string; readonly options: BakeTargetOptions }[],
  grants: Grants,
): void {
  for (const text of grants.allow) refuseUnknown(text);
  const missing = targets
    .flatMap(({ name, options }) => needsOf(name, options, grants))
    .filter(({ grant }) => !isGranted(grant, grants));
  if (missing.length === 0) return;
  const flags = [...new Set(missing.map(({ grant }) => `--allow=${grant}`))];
  const names = [...new Set(missing.map(({ target }) => `'${target}'`))];
  throw new AppError(
    'BAKE_ENTITLEMENT',
    `${names.join(', ')} ${names.length === 1 ? 'wants' : 'want'} more than the files of this directory`,
    { hint: `to allow it: ${flags.join(' ')}` },
  );
}

const NAMES = ['fs', 'fs.read', 'fs.write', 'network.host', 'security.insecure', 'ssh', 'device'];

function refuseUnknown(text: string): void {
  const [name = ''] = text.split('=');
  if (NAMES.includes(name)) return;
  throw new AppError('BAKE_ENTITLEMENT', `there is no entitlement '${text}'`, {
    expected: 'fs=PATH, fs.read=PATH, fs.write=PATH, network.host, security.insecure or ssh',
  });
}

function needsOf(
  target: string,
  options: BakeTargetOptions,
  { directory, isGiven }: Grants,
): Need[] {
  const reads = [
    options.context,
    ...(options.dockerfile === undefined ? [] : [options.dockerfile]),
    ...Object.values(options.buildContexts ?? {}),
    ...(options.secrets ?? []).flatMap((secret) => ('file' in secret ? [secret.file] : [])),
    ...(options.ssh ?? []).flatMap(({ paths }) => paths),
    ...(options.cacheFrom ?? []).flatMap(({ type, attrs }) =>
      type === 'local' && attrs.src ? [attrs.src] : [],
    ),
  ];
  const writes = [
    ...(options.outputs ?? []).flatMap(({ dest }) => (dest === undefined ? [] : [dest])),
    ...(options.cacheTo ?? []).flatMap(({ type, attrs }) =>
      type === 'local' && attrs.dest ? [attrs.dest] : [],
    ),
  ];
  const ofPath = (kind: 'read' | 'write') => (path: string) =>
    !isLocal(path) || isGiven(path)
      ? []
      : [{ target, grant: `fs.${kind}=${realPath(resolve(directory, path))}` }];
  return [
    ...reads.map(withoutLayout).flatMap(ofPath('read')),
    ...writes.flatMap(ofPath('write')),
    ...(options.allow ?? []).map((grant) => ({ target, grant })),
  ];
}

/** The directory of `oci-layout://DIR:TAG`. */
function withoutLayout(path: string): string {
  const [, directory] = /^oci-layout:\/\/(.*?)(?:[:@][^/]*)?$/.exec(path) ?? [];
  return directory ?? path;
}

function isGranted(grant: string, { allow, directory }: Grants): boolean {
  const [name = '', path] = splitGrant(grant);
  if (path === undefined) return allow.includes(name);
  if (isBelow(path, realPath(directory))) return true;
  return allow.some((given) => {
    const [kind, place = ''] = splitGrant(given);
    if (kind !== 'fs' && kind !== name) return false;
    return place === '*' || isBelow(path, realPath(resolve(directory, place)));
  });
}

function splitGrant(text: string): [name: string, path: string | undefined] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
}

function isBelow(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === '' || (way !== '..' && !way.startsWith('../'));
}

/** Where a path leads, with all links followed; what does not exist yet, from its nearest directory. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}
