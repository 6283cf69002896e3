/**
 * Git URLs of ADD and of contexts: `https://host/x.git`, `ssh://`, `git://`, `git@host:path`, with `#ref:subdir` or a
 * query (`?ref=…&subdir=…`); for contexts also `github.com/x/y`.
 */
import { AppError } from '../errors.ts';
import { redactUrls } from '../http/index.ts';
import { nearestName } from '../nearest-name.ts';

export interface GitUrl {
  readonly remote: string;
  /** Branch, tag, full name or commit; undefined: the remote's HEAD. */
  readonly ref: string | undefined;
  /** Clean path without a leading slash; `''` for the whole repository. */
  readonly subdir: string;
  readonly checksum: string | undefined;
  /** Undefined: not specified. */
  readonly keepGitDir: boolean | undefined;
  /** Undefined: not specified. */
  readonly submodules: boolean | undefined;
  readonly commitTime: boolean;
  /** Fetch the checksum even if the remote's ref points to another commit. */
  readonly fetchByCommit: boolean;
}

const SCHEME = /^(https?|git|ssh):\/\//i;
/** The scp form. A leading dash would be an option of ssh. */
const SCP = /^[A-Za-z0-9_][A-Za-z0-9_-]*@[A-Za-z0-9][A-Za-z0-9.-]*:(?!\/\/)/;
const QUERY_KEYS = [
  'ref',
  'branch',
  'tag',
  'subdir',
  'commit',
  'checksum',
  'keep-git-dir',
  'submodules',
  'mtime',
  'fetch-by-commit',
];
const FLAGS = ['keep-git-dir', 'submodules', 'fetch-by-commit'];

/** Whether a text is an HTTP(S) URL: a file, unless it names a repository. */
export function isHttpUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/**
 * Parses a git URL; undefined if the text is none.
 *
 * @param options.context accept `github.com/x/y` too
 * @throws AppError GIT_BAD_URL for an invalid git URL
 */
export function parseGitUrl(
  text: string,
  options: { readonly context?: boolean } = {},
): GitUrl | undefined {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined && !SCP.test(text)) {
    if (options.context !== true || !/^github\.com\/[^/]/.test(text)) return undefined;
    return parseGitUrl(githubUrl(text));
  }
  const { remote, query, fragment } = cut(text);
  if (scheme?.startsWith('http') && !remote.endsWith('.git')) return undefined;
  return fromParts(text, remote, { query, fragment });
}

function githubUrl(text: string): string {
  const { remote } = cut(text);
  const rest = text.slice(remote.length);
  return `https://${remote.replace(/\/$/, '').replace(/\.git$/, '')}.git${rest}`;
}

function cut(text: string) {
  const hash = text.indexOf('#');
  const fragment = hash < 0 ? undefined : text.slice(hash + 1);
  const before = hash < 0 ? text : text.slice(0, hash);
  const mark = before.indexOf('?');
  return {
    remote: mark < 0 ? before : before.slice(0, mark),
    query: mark < 0 ? undefined : before.slice(mark + 1),
    fragment,
  };
}

function fromParts(
  text: string,
  remote: string,
  {
    query,
    fragment,
  }: { readonly query: string | undefined; readonly fragment: string | undefined },
): GitUrl {
  const given = new URLSearchParams(query ?? '');
  checkQuery(text, given);
  const [fragmentRef = '', fragmentSubdir = ''] = split(fragment ?? '');
  const refs = [
    fragmentRef,
    given.get('ref') ?? '',
    prefixed('refs/heads/', given.get('branch')),
    prefixed('refs/tags/', given.get('tag')),
  ].filter((ref) => ref !== '');
  if (new Set(refs).size > 1) throw badUrl(text, 'the ref is given more than once');
  const [ref] = refs;
  if (ref !== undefined && !isPlainRef(ref)) throw badUrl(text, `'${ref}' is not a valid ref`);
  if (fragmentSubdir !== '' && (given.get('subdir') ?? fragmentSubdir) !== fragmentSubdir) {
    throw badUrl(text, 'the subdirectory is given more than once');
  }
  const mtime = given.get('mtime') ?? 'checkout';
  if (mtime !== 'checkout' && mtime !== 'commit') {
    throw badUrl(text, `mtime must be checkout or commit, not '${mtime}'`);
  }
  return {
    remote,
    ref,
    subdir: cleanSubdir(given.get('subdir') ?? fragmentSubdir),
    checksum: given.get('checksum') ?? given.get('commit') ?? undefined,
    keepGitDir: flag(text, given, 'keep-git-dir'),
    submodules: flag(text, given, 'submodules'),
    commitTime: mtime === 'commit',
    fetchByCommit: flag(text, given, 'fetch-by-commit') ?? false,
  };
}

function checkQuery(text: string, given: URLSearchParams): void {
  for (const [key, value] of given) {
    if (!QUERY_KEYS.includes(key)) {
      const near = nearestName(key, QUERY_KEYS);
      throw badUrl(text, `unknown query '${key}'`, near && `did you mean '${near}'?`);
    }
    if (value === '' && !FLAGS.includes(key)) throw badUrl(text, `'${key}' has no value`);
    if (given.getAll(key).length > 1) throw badUrl(text, `'${key}' is given more than once`);
  }
  const checksum = given.get('checksum') ?? given.get('commit');
  if (checksum !== null && !/^[0-9a-f]+$/i.test(checksum)) {
    throw badUrl(text, `'${checksum}' is not a commit`, 'give the hexadecimal digits of a commit');
  }
}

function split(fragment: string): string[] {
  const colon = fragment.indexOf(':');
  return colon < 0 ? [fragment] : [fragment.slice(0, colon), fragment.slice(colon + 1)];
}

function prefixed(prefix: string, name: string | null): string {
  if (name === null || name === '') return '';
  return name.startsWith(prefix) ? name : `${prefix}${name}`;
}

/** Rejects options of git, patterns, and paths that leave `refs/`. */
function isPlainRef(ref: string): boolean {
  return !/^-|\.\.|[\s~^:?*[\\\x00-\x1f\x7f]|@\{/.test(ref);
}

function cleanSubdir(subdir: string): string {
  const parts: string[] = [];
  for (const part of subdir.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function flag(text: string, given: URLSearchParams, key: string): boolean | undefined {
  const value = given.get(key)?.toLowerCase();
  if (value === undefined) return undefined;
  if (['', '1', 't', 'true'].includes(value)) return true;
  if (['0', 'f', 'false'].includes(value)) return false;
  throw badUrl(text, `${key} must be true or false, not '${value}'`);
}

function badUrl(text: string, reason: string, hint?: string | undefined): AppError {
  return new AppError('GIT_BAD_URL', `cannot use '${redactUrls(text)}': ${reason}`, {
    hint: hint ?? 'use URL#ref:subdir or URL?ref=…&subdir=…',
  });
}
