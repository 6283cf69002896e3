import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ContextTree, openContext } from '../../context/index.ts';
import { sentTree } from './sent-contexts.ts';

const directory = mkdtempSync(join(tmpdir(), 'lamina-sent-'));
let tree: ContextTree;

beforeAll(() => {
  for (const path of [
    'package.json',
    'package-lock.json',
    'src/a/x',
    'src/b',
    'other/y',
    'real/z',
  ]) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), path);
  }
  symlinkSync('real', join(directory, 'link'));
  symlinkSync('../b', join(directory, 'src/a/up'));
  tree = openContext({ directory });
});
afterAll(() => {
  tree[Symbol.dispose]();
  rmSync(directory, { recursive: true });
});

function sent(...sources: string[]): string[] {
  const { includes } = sentTree(tree, sources);
  const below = (path: string): string[] =>
    tree.list(path).flatMap((entry) => (includes(entry) ? [entry.path, ...below(entry.path)] : []));
  return below('');
}

const ALL = 10;

describe('what is sent of a context', () => {
  it('is what the sources name, with the directories above', () => {
    expect(sent('src/a/x')).toEqual(['src', 'src/a', 'src/a/x']);
    expect(sent('./src', '/other/y')).toEqual([
      ...['other', 'other/y', 'src', 'src/a', 'src/a/up', 'src/a/x', 'src/b'],
    ]);
    expect(sent('nothing')).toEqual([]);
  });

  it('is what wildcards match', () => {
    expect(sent('package*.json')).toEqual(['package-lock.json', 'package.json']);
    expect(sent('*/y')).toEqual(['other', 'other/y']);
  });

  it('is everything, where a pattern may name a class of characters', () => {
    expect(sent('[[:alpha:]]*').length).toBe(ALL + 2);
  });

  it('is everything, where a link may lead anywhere', () => {
    expect(sent('link/z').length).toBe(ALL + 2);
    expect(sent('l*').length).toBe(ALL + 2);
    expect(sent('src/**/x').length).toBe(ALL + 2);
  });

  it('is everything for the whole context, and for patterns that the daemon will refuse', () => {
    expect(sent('.').length).toBe(ALL + 2);
    expect(sent('a[').length).toBe(ALL + 2);
  });
});
