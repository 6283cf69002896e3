/**
 * Digests of BuildKit's file operations: mkdir, mkfile and copy.
 * https://github.com/moby/buildkit/blob/v0.32.2/solver/llbsolver/ops/file.go
 */
import { posix } from 'node:path';
import { digestOf } from '../../oci/index.ts';
import { type GoValue, goJson, orAbsent } from './go-json.ts';

export interface FileAction {
  readonly value: GoValue;
  /** The input copied from; -1 for what copies nothing. */
  readonly source: number;
}

export type Owner = { readonly user: GoValue; readonly group?: GoValue };

export interface FileInputs {
  /** What the first action works on; -1: the empty file system. */
  readonly base: number;
  readonly count: number;
}

/** @param actions each works on what the one before it has made */
export function fileOperationDigest(actions: readonly FileAction[], inputs: FileInputs): string {
  const last = actions.length - 1;
  const indexes = actions.map(({ source }, place) => [
    place === 0 ? inputs.base : inputs.count + place - 1,
    source,
    place === last ? 0 : -1,
  ]);
  return digestOf(
    goJson({
      Type: 'buildkit.file.v0',
      Actions: actions.map(({ value }) => Buffer.from(goJson(value)).toString('base64')),
      indexes: areUsual(indexes) ? undefined : indexes,
    }),
  );
}

/** The most common shape is left out, for the sake of caches older than these indexes. */
function areUsual(indexes: readonly (readonly number[])[]): boolean {
  return indexes.every(([base, source], place) => {
    const isUsualBase = base === (place === 0 ? 0 : indexes.length + place - 1);
    return isUsualBase && (source === -1 || source === 1);
  });
}

export interface MkdirFacts {
  readonly path: string;
  readonly mode: number;
  readonly makesParents: boolean;
  readonly owner: Owner | undefined;
  /** Seconds since the epoch; undefined: the time it is made. */
  readonly time?: number | undefined;
}

export function mkdirAction({ path, mode, makesParents, owner, time }: MkdirFacts): GoValue {
  return {
    path,
    mode: orAbsent(mode),
    makeParents: orAbsent(makesParents),
    owner,
    // In nanoseconds: too large to be exact, but the digits that are printed are.
    timestamp: time === undefined ? -1 : orAbsent(time * 1e9),
  };
}

export function mkfileAction(path: string, mode: number, content: string): GoValue {
  const data = orAbsent(Buffer.from(content).toString('base64'));
  return { path, mode, data, timestamp: -1 };
}

export interface CopyFacts {
  /** Absolute; only its last part counts. */
  readonly source: string;
  readonly destination: string;
  readonly owner: Owner | undefined;
  /** As written. */
  readonly mode: string | undefined;
  readonly unpack: boolean;
  readonly exclude: readonly string[];
  /** With --parents: the pattern below the source, and the path that has to be there. */
  readonly parents?:
    | { readonly pattern: string; readonly required: string | undefined }
    | undefined;
  /** Files of a here-document have a name of their own, and neither links nor wildcards. */
  readonly isInline: boolean;
}

export function copyAction({
  source,
  destination,
  owner,
  mode,
  unpack,
  exclude,
  parents,
  isInline,
}: CopyFacts): GoValue {
  const isOctal = mode !== undefined && /^[0-9]/.test(mode);
  const bits = mode === undefined ? -1 : isOctal ? Number.parseInt(mode, 8) : 0;
  const follows = orAbsent(!isInline);
  return {
    src: posix.basename(source) || '/',
    dest: destination,
    owner,
    mode: orAbsent(bits),
    followSymlink: follows,
    dirCopyContents: follows,
    attemptUnpackDockerCompatibility: orAbsent(unpack),
    createDestPath: true,
    allowWildcard: follows,
    allowEmptyWildcard: follows,
    timestamp: -1,
    include_patterns: parents && [parents.pattern],
    exclude_patterns: orAbsent(exclude),
    modeStr: isOctal ? undefined : mode,
    required_paths: parents?.required === undefined ? undefined : [parents.required],
  };
}

/**
 * An owner as BuildKit takes it apart: numbers stand for themselves, names are looked up in the file system copied into.
 * @param base which input that is
 */
export function ownerOf(text: string, base: number): Owner {
  const colon = text.indexOf(':');
  const user = colon < 0 ? text : text.slice(0, colon);
  const group = colon < 0 ? undefined : text.slice(colon + 1);
  return {
    user: userOption(user, base),
    ...(group !== undefined && { group: userOption(group, base) }),
  };
}

function userOption(text: string, base: number): GoValue {
  const number = text === '' || text === 'root' ? 0 : idOf(text);
  if (number !== undefined) return { User: { byId: orAbsent(number) } };
  return { User: { byName: { name: text, input: orAbsent(base) } } };
}

const MAX_ID = 2 ** 31 - 1;

/** What is too large for a number is a name. */
function idOf(text: string): number | undefined {
  if (!/^\+?[0-9]+$/.test(text)) return undefined;
  const number = Number(text);
  return number <= MAX_ID ? number : undefined;
}
