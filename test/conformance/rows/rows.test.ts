/** Every rule is pinned by cases and tests that exist. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { topics } from '../topics.ts';
import { rows } from './index.ts';

const REPOSITORY = join(import.meta.dirname, '../../..');
const known = new Set(
  topics.flatMap(({ name, cases }) => cases.map((each) => `${name}/${each.name}`)),
);

describe('rows', () => {
  it('have ids of their own', () => {
    const ids = rows.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('are there for every section', () => {
    const sections = new Set(rows.map(({ id }) => id.split(' ')[0]));
    const all = Array.from({ length: 11 }, (_, index) => `1.${index}`);
    expect([...sections].sort()).toEqual([...all, '2.1', '2.2'].sort());
  });

  for (const { id, rule, cases, tests = [], fewer } of rows) {
    it(`${id}: ${rule}`, () => {
      expect(cases.filter((name) => !known.has(name))).toEqual([]);
      expect(new Set(cases).size).toBe(cases.length);
      expect(tests.filter((test) => !isTest(test))).toEqual([]);
      if (fewer === undefined) expect(cases.length).toBeGreaterThanOrEqual(3);
      else expect(cases.length + tests.length).toBeGreaterThan(0);
    });
  }
});

/** Whether a file has a test of this title. */
function isTest(name: string): boolean {
  const [path = '', title = ''] = name.split(' › ');
  const file = join(REPOSITORY, path);
  if (!existsSync(file)) return false;
  const text = readFileSync(file, 'utf8');
  return text.includes(`it('${title}'`) || text.includes(`test('${title}'`);
}
