import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TreeDigest } from '../files/index.ts';
import { type ContextTree, openContext } from './context-tree.ts';
import { parseDockerignore } from './dockerignore.ts';
import type { FactStore } from './kept-facts.ts';

/** So many that a look is kept. */
const FILES = 300;
const BYTES = 2 * FILES;
/** Says that the answer is that of the earlier build. */
const REMEMBERED = 42;
const DIGEST = `sha512-256:${'0'.repeat(64)}` as TreeDigest;

let root: string;
let facts: Facts;
/** Before all files were written. */
let started: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lamina-look-'));
  facts = new Facts();
  started = Date.now();
  for (let at = 0; at < FILES; at++) {
    const directory = join(root, 'src', `d${at % 3}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `f${at}`), 'ab');
  }
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

class Facts implements FactStore {
  readonly values = new Map<string, unknown>();

  get<T>(kind: string, key: string): T | undefined {
    return this.values.get(`${kind} ${key}`) as T | undefined;
  }

  put(kind: string, key: string, value: unknown): void {
    this.values.set(`${kind} ${key}`, JSON.parse(JSON.stringify(value)));
  }
}

const later = (): number => Date.now() + 10_000;

function open(ignore = '', now = later): ContextTree {
  return openContext({ directory: root, ignore: parseDockerignore(ignore), facts, now });
}

/** A build that measures, selects and remembers. */
function build(sources: readonly string[] = ['src'], ignore = '', now = later): void {
  using tree = open(ignore, now);
  tree.measure(sources);
  tree.rememberSelection('all', sources, DIGEST);
  tree.save();
  const key = `looks ${root}`;
  const looks = facts.values.get(key) as readonly object[] | undefined;
  if (looks)
    facts.put(
      'looks',
      root,
      looks.map((look) => ({ ...look, bytes: REMEMBERED })),
    );
}

function measured(sources: readonly string[] = ['src'], ignore = ''): number {
  using tree = open(ignore);
  return tree.measure(sources);
}

describe('the look of an earlier build', () => {
  it('is kept while nothing changes, with its selections', () => {
    build();
    using tree = open();
    expect(tree.measure(['src'])).toBe(REMEMBERED);
    expect(tree.knownSelection('all', ['src'])).toBe(DIGEST);
  });

  it.each<[string, () => void, number]>([
    ['longer', () => appendFileSync(join(root, 'src/d1/f1'), 'c'), BYTES + 1],
    ['written again', () => writeFileSync(join(root, 'src/d1/f1'), 'ab'), BYTES],
    ['of another mode', () => chmodSync(join(root, 'src/d1/f1'), 0o700), BYTES],
    ['new', () => writeFileSync(join(root, 'src/d2/new'), 'abc'), BYTES + 3],
    ['gone', () => unlinkSync(join(root, 'src/d0/f0')), BYTES - 2],
  ])('is dropped for a file that is %s', (_, change, bytes) => {
    build();
    change();
    using tree = open();
    expect(tree.measure(['src'])).toBe(bytes);
    expect(tree.knownSelection('all', ['src'])).toBeUndefined();
  });

  it('does not care for files beside its paths', () => {
    build();
    writeFileSync(join(root, 'other'), 'x');
    expect(measured()).toBe(REMEMBERED);
  });

  it('is not that of other sources, or of other ignored files', () => {
    build();
    expect(measured(['src/d0'])).toBe(BYTES / 3);
    expect(measured(['src'], 'src/d0\n')).toBe((2 * BYTES) / 3);
  });

  it('skips ignored files', () => {
    build(['src'], '**/f0\n**/f7\n');
    appendFileSync(join(root, 'src/d1/f7'), 'ignored');
    expect(measured(['src'], '**/f0\n**/f7\n')).toBe(REMEMBERED);
  });

  it('is not kept with patterns that take files back, or wildcards', () => {
    build(['src'], 'src/d0\n!src/d0/f0\n');
    build(['src/d*']);
    expect(facts.values.has(`looks ${root}`)).toBe(false);
  });

  it('is not kept if a file has just changed, since another change may not show', () => {
    build(['src'], '', () => started + 1000);
    expect(facts.values.has(`looks ${root}`)).toBe(false);
  });

  it.each(['src', 'src/d1'])('is dropped if a symlink takes the place of %s', (path) => {
    build(['src/d1', 'src/d0', 'src/d2']);
    expect(measured(['src/d1', 'src/d0', 'src/d2'])).toBe(REMEMBERED);
    renameSync(join(root, path), join(root, 'moved'));
    symlinkSync(join(root, 'moved'), join(root, path));
    expect(measured(['src/d1', 'src/d0', 'src/d2'])).not.toBe(REMEMBERED);
  });

  it('fails the step that copies files which changed after the look', () => {
    build();
    using tree = open();
    tree.measure(['src']);
    appendFileSync(join(root, 'src/d1/f1'), 'c');
    expect(() => tree.lookup('src/d1/f1')).toThrowError(
      expect.objectContaining({ code: 'CONTEXT_CHANGED' }),
    );
  });

  it('lets a step copy files that have not changed', () => {
    build();
    using tree = open();
    tree.measure(['src']);
    expect(tree.list('src/d1')).toHaveLength(FILES / 3);
  });
});
