import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Database } from './database.ts';
import { Journal, type Needs } from './journal.ts';
import { Table } from './table.ts';
import type { LayerId } from './types.ts';

let root: string;
let database: Database;
let journal: Journal;
let table: Table<unknown>;
/** The events, in order. */
let log: string[];
let syncFails: boolean;
let stored: Set<string>;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'lamina-journal-'));
  database = await Database.open(root);
  log = [];
  syncFails = false;
  stored = new Set();
  journal = new Journal(database, {
    makeDurable: async () => {
      if (syncFails) throw new Error('no space left on device');
      log.push(`sync, ${table.getCommitted('key') === undefined ? 'before' : 'after'} the record`);
    },
    isThere: ({ layers }) => layers.every((id) => stored.has(id)),
  });
  table = new Table(database.table('facts'), journal);
});
afterEach(() => {
  journal.stop();
  database.close();
  rmSync(root, { recursive: true, force: true });
});

const needs = (id: string, otherwise: Needs['otherwise']): Needs => ({
  layers: [id as LayerId],
  blobs: [],
  otherwise,
});

describe('a journal', () => {
  test('makes new content durable before the record that names it, and only then', async () => {
    journal.contentWritten();
    table.put('key', 1);
    await journal.flush();
    expect(log).toEqual(['sync, before the record']);
    table.put('other', 2);
    await journal.flush();
    expect(log).toHaveLength(1);
  });

  test('writes the newest of several values', async () => {
    table.put('key', 1);
    const flushed = journal.flush();
    table.put('key', 2);
    expect(table.get('key')).toBe(2);
    await flushed;
    expect(table.getCommitted('key')).toBe(2);
    expect(journal.isBusy).toBe(false);
  });

  test('keeps failed writes and retries them later', async () => {
    syncFails = true;
    journal.contentWritten();
    table.put('key', 1);
    await expect(journal.flush()).rejects.toMatchObject({
      code: 'STORE_WRITE_FAILED',
      message: expect.stringMatching(/no space left/),
    });
    expect(table.get('key')).toBe(1);
    expect(table.getCommitted('key')).toBeUndefined();
    syncFails = false;
    await journal.flush();
    expect(table.getCommitted('key')).toBe(1);
    expect(log).toEqual(['sync, before the record']);
  });

  test('has nothing to write when nothing changes', async () => {
    table.put('key', { a: 1 });
    await journal.flush();
    table.put('key', { a: 1 });
    table.delete('unknown');
    expect(journal.isBusy).toBe(false);
  });

  test('forgets a write whose needs are gone, or fails, as the write specifies', async () => {
    stored.add('there');
    table.put('good', 1, needs('there', 'fail'));
    table.put('lost', 2, needs('gone', 'forget'));
    await journal.flush();
    expect([table.get('good'), table.get('lost')]).toEqual([1, undefined]);
    table.put('wanted', 3, needs('gone', 'fail'));
    await expect(journal.flush()).rejects.toMatchObject({ code: 'STORE_CONTENT_GONE' });
    expect(table.get('wanted')).toBeUndefined();
    await journal.flush();
  });
});

describe('a table', () => {
  test('lists what is written and what is pending once each', async () => {
    table.put('a', 1);
    table.put('b', 2);
    await journal.flush();
    table.put('b', 3);
    table.put('c', 4);
    table.delete('a');
    expect([...table.entries()].sort()).toEqual([
      ['b', 3],
      ['c', 4],
    ]);
    await journal.flush();
    expect([...table.entries()].sort()).toEqual([
      ['b', 3],
      ['c', 4],
    ]);
  });

  test('lists the entries with a prefix', async () => {
    for (const key of ['a', 'ab', 'abc', 'b', 'ab\u{10000}']) table.put(key, key);
    expect([...table.entries('ab')].map(([key]) => key).sort()).toEqual([
      'ab',
      'abc',
      'ab\u{10000}',
    ]);
    await journal.flush();
    expect([...table.entries('ab')].map(([key]) => key).sort()).toEqual([
      'ab',
      'abc',
      'ab\u{10000}',
    ]);
  });
});
