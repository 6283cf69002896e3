import { describe, expect, it } from 'vitest';
import type { ContentDigest } from '../files/index.ts';
import { EntryTable } from '../files/index.ts';
import { IdentityTable } from './identity-table.ts';
import type { FactStore } from './kept-facts.ts';
import { StatCache } from './stat-cache.ts';

const NOW = 2_000_000_000_000;
const MOST = 20_000;

/** A store of facts that keeps texts, as a database does, and says what was written. */
class TextStore implements FactStore {
  readonly texts = new Map<string, string>();
  written: number[] = [];

  get<T>(kind: string, key: string): T | undefined {
    const text = this.texts.get(`${kind}/${key}`);
    return text === undefined ? undefined : (JSON.parse(text) as T);
  }

  put(kind: string, key: string, value: unknown): void {
    const text = JSON.stringify(value);
    if (value === undefined) this.texts.delete(`${kind}/${key}`);
    else this.texts.set(`${kind}/${key}`, text);
    this.written.push(value === undefined ? 0 : text.length);
  }
}

/** Files of these inodes, whose sizes are their versions. */
function filesOf(inodes: readonly number[], version: (ino: number) => number): IdentityTable {
  const entries = new EntryTable();
  const identities = new IdentityTable(entries);
  for (const ino of inodes) {
    const times = { mtime: 1000, mtimeNs: 7 };
    const metadata = { mode: 0o644, uid: 0, gid: 0, size: 1 };
    entries.add({ path: `f${ino}`, type: 'file', ...metadata, ...times });
    identities.add({ dev: 9, ino, bytes: version(ino), ...times, ctime: 1001, ctimeNs: 5 });
  }
  return identities;
}

function cacheOf(facts: FactStore, files: IdentityTable): StatCache {
  return new StatCache(files, { facts, key: '/context', now: () => NOW, most: MOST });
}

function digestOf(ino: number, version: number): ContentDigest {
  const hex = (ino * 16 + version).toString(16).padStart(64, '0');
  return `sha512-256:${hex}` as ContentDigest;
}

/** A build that learns about all files, some of which it knows. @returns how many it knew */
function build(facts: FactStore, inodes: readonly number[], version: (ino: number) => number) {
  const cache = cacheOf(facts, filesOf(inodes, version));
  let known = 0;
  for (const [file, ino] of inodes.entries()) {
    const expected = digestOf(ino, version(ino));
    const digest = cache.digest(file);
    if (digest !== undefined && digest !== expected) throw new Error(`wrong digest of ${ino}`);
    if (digest !== undefined && cache.isPlain(file)) known++;
    else {
      cache.rememberDigest(file, expected);
      cache.rememberPlain(file);
    }
  }
  cache.save();
  return known;
}

/** Inodes as a file system gives them: in no order. */
function shuffled(count: number): number[] {
  return Array.from({ length: count }, (_, at) => 10 + ((at * 7919) % count));
}

describe('KeptFacts', () => {
  it('knows in the next build what the last one learned, and only of files that are the same', () => {
    const facts = new TextStore();
    const inodes = shuffled(5003);
    expect(build(facts, inodes, () => 1)).toBe(0);
    expect(build(facts, inodes, () => 1)).toBe(inodes.length);
    const changed = (ino: number) => (ino % 2 === 0 ? 2 : 1);
    expect(build(facts, inodes, changed)).toBe(inodes.filter((ino) => ino % 2 === 1).length);
    expect(build(facts, inodes, changed)).toBe(inodes.length);
  });

  it('writes only the part that has changed, and no large one', () => {
    const facts = new TextStore();
    const inodes = shuffled(10_007);
    build(facts, inodes, () => 1);
    expect(Math.max(...facts.written)).toBeLessThan(500_000);
    facts.written = [];
    build(facts, inodes, (ino) => (ino === 5000 ? 2 : 1));
    expect(facts.written.length).toBe(2);
    facts.written = [];
    expect(build(facts, inodes, (ino) => (ino === 5000 ? 2 : 1))).toBe(inodes.length);
    expect(facts.written).toEqual([]);
  });

  it('splits a part that grows, and leaves no part behind', () => {
    const facts = new TextStore();
    const some = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) => from + at);
    build(facts, some(1000, 100), () => 1);
    for (let from = 2000; from < 12_000; from += 1000) build(facts, some(from, 1000), () => 1);
    build(facts, some(1, 300), () => 1);
    const all = [...some(1, 300), ...some(1000, 100), ...some(2000, 10_000)];
    expect(build(facts, all, () => 1)).toBe(all.length);
    const head = facts.get<{ parts: unknown[] }>('stat-cache', '/context');
    expect(facts.texts.size).toBe(1 + (head?.parts.length ?? 0));
    expect(head?.parts.length).toBeGreaterThan(2);
  });

  it('forgets parts that no build has asked for when there are too many facts', () => {
    const facts = new TextStore();
    const some = (from: number, count: number) =>
      Array.from({ length: count }, (_, at) => from + at);
    build(facts, some(1_000_000, 10_000), () => 1);
    build(facts, some(1, 15_000), () => 1);
    const known = build(facts, some(1_000_000, 10_000), () => 1);
    expect(known).toBeGreaterThan(0);
    expect(known).toBeLessThanOrEqual(5000);
    const head = facts.get<{ parts: [number, number, number][] }>('stat-cache', '/context');
    const count = head?.parts.reduce((sum, [, , n]) => sum + n, 0);
    expect(count).toBeLessThanOrEqual(MOST);
    expect(facts.texts.size).toBe(1 + (head?.parts.length ?? 0));
  });

  it.each([
    ['text of another version', 'AAAA'],
    ['a head of another version', { version: 2, parts: [[0, 0, 5]] }],
    ['a head without parts', { version: 3, parts: [] }],
    ['a head whose part is missing', { version: 3, parts: [[0, 0, 5]] }],
  ])('takes %s for no facts', (_, head) => {
    const facts = new TextStore();
    facts.put('stat-cache', '/context', head);
    const inodes = shuffled(50);
    expect(build(facts, inodes, () => 1)).toBe(0);
    expect(build(facts, inodes, () => 1)).toBe(inodes.length);
  });
});
