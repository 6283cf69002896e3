/**
 * References to images: `[registry[:port]/]path[:tag][@digest]`, with the short forms of Docker (`debian` for
 * `docker.io/library/debian`). Grammar: https://github.com/distribution/reference
 */
import { AppError } from '../errors.ts';
import { isDigest, parseDigest } from './digest.ts';
import type { Digest } from './types.ts';

export interface Reference {
  /** Host name with its port, if any: `docker.io`, `localhost:5000`, `[::1]:5000`. */
  readonly registry: string;
  /** Path inside the registry: `library/debian`. */
  readonly repository: string;
  readonly tag?: string | undefined;
  readonly digest?: Digest | undefined;
}

const DEFAULT_REGISTRY = 'docker.io';
const DEFAULT_NAMESPACE = 'library/';
const DEFAULT_TAG = 'latest';
const MAX_REPOSITORY = 255;
const MAX_TAG = 128;

const REGISTRY =
  /^(?:\[[0-9a-fA-F:]+\]|[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]+)?$/;
const PATH_PART = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

/**
 * Parses a reference in full or familiar form. Adds no tag: see `withDefaultTag`.
 * @throws AppError REFERENCE_INVALID, which names the invalid part
 */
export function parseReference(text: string): Reference {
  if (text === '') throw invalid(text, 'it is empty');
  const at = text.indexOf('@');
  const digest = at < 0 ? undefined : readDigest(text, at + 1);
  const named = at < 0 ? text : text.slice(0, at);
  const { registry, pathStart } = splitRegistry(named, text);
  const rest = named.slice(pathStart);
  const colon = rest.indexOf(':');
  const path = colon < 0 ? rest : rest.slice(0, colon);
  checkPath(text, path, pathStart);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (tag !== undefined) checkTag(text, tag, pathStart + colon + 1);
  const isShort = registry === DEFAULT_REGISTRY && !path.includes('/');
  const repository = isShort ? DEFAULT_NAMESPACE + path : path;
  if (repository.length > MAX_REPOSITORY) {
    throw invalid(text, `the repository is longer than ${MAX_REPOSITORY} characters`);
  }
  if (isShort && /^[0-9a-f]{64}$/.test(path)) {
    throw invalid(
      text,
      '64 hexadecimal digits are an image ID, not a name',
      'write it as sha256:<digits>',
    );
  }
  return {
    registry,
    repository,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

/** The same reference with the tag `latest`, if it has neither tag nor digest. */
export function withDefaultTag(reference: Reference): Reference {
  if (reference.tag !== undefined || reference.digest !== undefined) return reference;
  return { ...reference, tag: DEFAULT_TAG };
}

/** The full form: `docker.io/library/debian:bookworm-slim`. */
export function formatReference(reference: Reference): string {
  return `${reference.registry}/${reference.repository}${suffix(reference)}`;
}

/** The familiar form: `debian:bookworm-slim`. */
export function familiarName(reference: Reference): string {
  return familiarRepository(reference) + suffix(reference);
}

/** The familiar form without tag and digest: `debian`, `localhost:5000/app`. */
export function familiarRepository({ registry, repository }: Reference): string {
  if (registry !== DEFAULT_REGISTRY) return `${registry}/${repository}`;
  const bare = repository.startsWith(DEFAULT_NAMESPACE)
    ? repository.slice(DEFAULT_NAMESPACE.length)
    : repository;
  // Without its namespace such a name would be parsed as an image id or a registry.
  return bare.includes('/') || /^[0-9a-f]{64}$/.test(bare) ? repository : bare;
}

function suffix({ tag, digest }: Reference): string {
  return `${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** The first component is a registry if it is `localhost` or no valid path component. */
function splitRegistry(named: string, text: string): { registry: string; pathStart: number } {
  const slash = named.indexOf('/');
  const first = slash < 0 ? '' : named.slice(0, slash);
  const isRegistry = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  if (!isRegistry) return { registry: DEFAULT_REGISTRY, pathStart: 0 };
  if (/^https?:$/.test(first)) {
    throw invalid(
      text,
      'a reference is not a URL',
      `write it as ${named.slice(first.length).replace(/^\/+/, '')}`,
    );
  }
  if (!REGISTRY.test(first)) {
    throw invalid(text, `${JSON.stringify(first)} is not a host name with an optional port`);
  }
  const isOldDefault = first === 'index.docker.io';
  return { registry: isOldDefault ? DEFAULT_REGISTRY : first, pathStart: slash + 1 };
}

function isReference(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}

function checkPath(text: string, path: string, start: number): void {
  if (path === '') throw invalid(text, 'the repository name is missing');
  if (/[A-Z]/.test(path)) {
    const lower = text.slice(0, start) + path.toLowerCase() + text.slice(start + path.length);
    const hint = isReference(lower) ? `did you mean ${JSON.stringify(lower)}?` : undefined;
    throw invalid(
      text,
      `the repository name must be lower case, but has ${at(text, start + path.search(/[A-Z]/))}`,
      hint,
    );
  }
  const bad = path.search(/[^a-z0-9._/-]/);
  if (bad >= 0) throw invalid(text, `the repository name cannot have ${at(text, start + bad)}`);
  let position = start;
  for (const part of path.split('/')) {
    if (part === '')
      throw invalid(text, `an empty part in the repository name, at position ${position + 1}`);
    if (!PATH_PART.test(part)) throw invalid(text, separatorProblem(part));
    position += part.length + 1;
  }
}

function separatorProblem(part: string): string {
  const shown = JSON.stringify(part);
  if (!/^[a-z0-9]/.test(part)) return `${shown} must begin with a letter or digit`;
  if (!/[a-z0-9]$/.test(part)) return `${shown} must end with a letter or digit`;
  return `${shown} may have only one dot, one or two underscores, or hyphens between letters and digits`;
}

function checkTag(text: string, tag: string, start: number): void {
  if (tag === '') throw invalid(text, 'the tag after the colon is missing');
  const bad = tag.search(/[^A-Za-z0-9_.-]/);
  if (bad >= 0) throw invalid(text, `a tag cannot have ${at(text, start + bad)}`);
  if (/^[.-]/.test(tag)) throw invalid(text, `a tag cannot begin with ${at(text, start)}`);
  if (tag.length > MAX_TAG) throw invalid(text, `the tag is longer than ${MAX_TAG} characters`);
}

function readDigest(text: string, start: number): Digest {
  const digest = text.slice(start);
  if (isDigest(digest)) return digest;
  try {
    return parseDigest(digest);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError('REFERENCE_INVALID', `invalid reference ${quoted(text)}: ${error.message}`, {
      hint: error.hint,
      expected: `…@${error.expected ?? ''}`,
    });
  }
}

/** Describes one character of a text, with its position. */
function at(text: string, index: number): string {
  const character = String.fromCodePoint(text.codePointAt(index) ?? 0);
  return `${JSON.stringify(character)} at position ${index + 1}`;
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text);
}

function invalid(text: string, problem: string, hint?: string): AppError {
  return new AppError('REFERENCE_INVALID', `invalid reference ${quoted(text)}: ${problem}`, {
    hint,
    expected: '[registry[:port]/]name[:tag][@digest]',
  });
}
