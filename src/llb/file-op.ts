/**
 * File operations: mkdir, mkfile and copy, each action on the result of the one before.
 * https://github.com/moby/buildkit/blob/v0.32.2/client/llb/fileop.go
 */
import {
  type LlbAction,
  type LlbChown,
  type LlbCopy,
  type LlbFile,
  type LlbUser,
  unlessDefault,
} from './op.ts';

export interface NextAction {
  readonly action: LlbAction;
  /** The input copied from; -1 for other actions. */
  readonly source: number;
}

export interface FileOpInputs {
  /** The file system that the first action changes; -1: the empty one. */
  readonly base: number;
  readonly count: number;
}

/** @param actions at least one */
export function fileOp(actions: readonly NextAction[], { base, count }: FileOpInputs): LlbFile {
  const last = actions.length - 1;
  return {
    actions: actions.map(({ action, source }, position) => ({
      input: position === 0 ? base : count + position - 1,
      secondaryInput: source,
      output: position === last ? 0 : -1,
      ...action,
    })),
  };
}

export interface MkdirFacts {
  readonly path: string;
  readonly mode: number;
  readonly makesParents: boolean;
  readonly owner: LlbChown | undefined;
  /** Seconds since the epoch; undefined: the current time. */
  readonly time?: number | undefined;
}

export function mkdirAction({ path, mode, makesParents, owner, time }: MkdirFacts): LlbAction {
  return {
    mkdir: {
      path,
      mode: unlessDefault(mode),
      makeParents: unlessDefault(makesParents),
      owner,
      // Exact though large: it ends in nine zeros.
      timestamp: time === undefined ? -1 : unlessDefault(time * 1e9),
    },
  };
}

export function mkfileAction(path: string, mode: number, content: string): LlbAction {
  const data = unlessDefault(Buffer.from(content).toString('base64'));
  return { mkfile: { path, mode, data, timestamp: -1 } };
}

export interface CopyFacts {
  /** Absolute. */
  readonly source: string;
  readonly destination: string;
  readonly owner: LlbChown | undefined;
  /** As written. */
  readonly mode: string | undefined;
  readonly unpack: boolean;
  readonly exclude: readonly string[];
  /** With --parents: the pattern below the source, and the path that must exist. */
  readonly parents?:
    | { readonly pattern: string; readonly required: string | undefined }
    | undefined;
  /** Files of a here-document have a name of their own, and no links or wildcards. */
  readonly isInline: boolean;
}

export function copyAction(facts: CopyFacts): { readonly copy: LlbCopy } {
  const { source, destination, owner, mode, unpack, exclude, parents, isInline } = facts;
  const isOctal = mode !== undefined && /^[0-9]/.test(mode);
  const bits = mode === undefined ? -1 : isOctal ? Number.parseInt(mode, 8) : 0;
  const follows = unlessDefault(!isInline);
  const copy: LlbCopy = {
    src: source,
    dest: destination,
    owner,
    mode: unlessDefault(bits),
    followSymlink: follows,
    dirCopyContents: follows,
    attemptUnpackDockerCompatibility: unlessDefault(unpack),
    createDestPath: true,
    allowWildcard: follows,
    allowEmptyWildcard: follows,
    timestamp: -1,
    include_patterns: parents && [parents.pattern],
    exclude_patterns: unlessDefault(exclude),
    modeStr: isOctal ? undefined : mode,
    required_paths: parents?.required === undefined ? undefined : [parents.required],
  };
  return { copy };
}

/**
 * An owner as BuildKit parses it: numbers are ids; names are looked up in the file system copied into.
 * @param base position of that input
 */
export function ownerOf(text: string, base: number): LlbChown {
  const colon = text.indexOf(':');
  const user = colon < 0 ? text : text.slice(0, colon);
  const group = colon < 0 ? undefined : text.slice(colon + 1);
  return {
    user: userOption(user, base),
    ...(group !== undefined && { group: userOption(group, base) }),
  };
}

function userOption(text: string, base: number): LlbUser {
  const byID = text === '' || text === 'root' ? 0 : idOf(text);
  if (byID !== undefined) return { byID };
  return { byName: { name: text, input: unlessDefault(base) } };
}

const MAX_ID = 2 ** 31 - 1;

/** A number that does not fit in 32 bits is a name; a negative one counts from the largest id. */
function idOf(text: string): number | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const number = Number(text);
  return number <= MAX_ID && number >= -MAX_ID - 1 ? number >>> 0 : undefined;
}
