/**
 * What an earlier build saw of a context, kept as long as all of its files look the same.
 *
 * Files are looked at by their plain paths here, which takes the kernel half the time of paths through descriptors. A
 * symlink that takes the place of a directory leads to other inodes, or to changed ones: then nothing looks the same,
 * and the files are read as usual.
 */
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import {
  type BytePath,
  cleanPath,
  hasWildcard,
  joinPath,
  type PatternState,
  parentPath,
  toBytes,
} from '../files/index.ts';
import { fsPath } from '../system/index.ts';
import type { IgnoreMatcher } from './dockerignore.ts';
import type { FactStore } from './kept-facts.ts';
import { LookMarks, onTheWay, partsOf } from './look-marks.ts';

/** What a look found, besides the marks of the files. */
export interface Look {
  /** Of the files' contents. */
  readonly bytes: number;
  /** Digests of the states of paths, by the names that `ContextTree` gives them. */
  readonly states: readonly (readonly [string, string])[];
}

interface KeptLook extends Look {
  /** Names the paths and the ignored files. */
  readonly of: string;
  readonly marks: readonly string[];
}

const KIND = 'looks';
/** For one context directory: one for each of a few Dockerfiles. */
const MOST = 8;

export class EarlierLooks {
  readonly #facts: FactStore | undefined;
  readonly #key: string;
  #kept: readonly KeptLook[] | undefined;

  /** @param key names the context directory */
  constructor(facts: FactStore | undefined, key: string) {
    this.#facts = facts;
    this.#key = key;
  }

  /** @param name from `lookName` */
  find(name: string): (Look & { readonly marks: readonly string[] }) | undefined {
    return this.#load().find(({ of }) => of === name);
  }

  keep(name: string, look: Look, marks: readonly string[]): void {
    const others = this.#load().filter(({ of }) => of !== name);
    this.#kept = [...others, { of: name, ...look, marks }].slice(-MOST);
    this.#facts?.put(KIND, this.#key, this.#kept);
  }

  #load(): readonly KeptLook[] {
    this.#kept ??= this.#facts?.get<readonly KeptLook[]>(KIND, this.#key) ?? [];
    return this.#kept;
  }
}

/** The paths of sources of COPY; undefined if other files could be meant, or patterns take back ignored ones. */
export function plainPaths(
  sources: readonly string[],
  matcher: IgnoreMatcher | undefined,
): readonly BytePath[] | undefined {
  if (matcher?.file.patterns.some(({ pattern }) => pattern.startsWith('!'))) return undefined;
  const paths = sources.map((source) => cleanPath(toBytes(source)));
  return paths.some((path) => hasWildcard(path) || path.includes('\\')) ? undefined : paths;
}

export function lookName(paths: readonly BytePath[], matcher: IgnoreMatcher | undefined): string {
  const patterns = matcher?.file.patterns.map(({ pattern }) => pattern) ?? [];
  return createHash('sha512-256')
    .update(JSON.stringify([paths, patterns]))
    .digest('hex');
}

export interface LookRequest {
  /** Real host path of the context, latin1 bytes. */
  readonly root: string;
  readonly paths: readonly BytePath[];
  /** Without exceptions. */
  readonly matcher: IgnoreMatcher | undefined;
  readonly expected: readonly string[];
}

/** Whether all files at and below the paths look as they did. What cannot be read does not. */
export function looksTheSame(request: LookRequest): boolean {
  try {
    return lookAgain(request);
  } catch {
    return false;
  }
}

function lookAgain({ root, paths, matcher, expected }: LookRequest): boolean {
  const marks = new LookMarks(expected);
  const { ways, tops } = partsOf(paths);
  for (const way of ways) {
    const stats = lstatSync(fsPath(`${root}/${way}`), { bigint: true });
    if (!stats.isDirectory() || !marks.add(way, onTheWay(stats))) return false;
  }
  const open: { path: BytePath; above: PatternState }[] = [];
  for (const path of tops.toReversed()) {
    open.push({ path, above: matcher && path !== '' ? stateAbove(matcher, path) : undefined });
  }
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { path, above } = next;
    const decision = path === '' ? undefined : matcher?.step(path, above);
    if (decision?.ignored === true) continue;
    const host = path === '' ? `${root}/.` : `${root}/${path}`;
    const stats = lstatSync(fsPath(host), { bigint: true });
    if (!marks.add(path, stats)) return false;
    if (!stats.isDirectory()) continue;
    const names = readdirSync(fsPath(host), { encoding: 'latin1' }).sort();
    for (let at = names.length - 1; at >= 0; at--) {
      open.push({ path: joinPath(path, names[at] ?? ''), above: decision?.state });
    }
  }
  return marks.end();
}

function stateAbove(matcher: IgnoreMatcher, path: BytePath): PatternState {
  const parent = parentPath(path);
  return parent === '' ? undefined : matcher.decide(parent).state;
}
