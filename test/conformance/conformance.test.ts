/** The cases as a whole, and those of the topics at odd positions: files run at the same time, cases do not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { testTopics } from './suite.ts';
import { topics } from './topics.ts';

it('has at least 400 cases, each with a name of its own', () => {
  const names = topics.flatMap(({ name, cases }) => cases.map((each) => `${name}/${each.name}`));
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(400);
});

it('has every intended difference in docs/compatibility.md', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/compatibility.md'), 'utf8');
  const reasons = topics.flatMap(({ cases }) =>
    cases.flatMap(({ difference }) => (difference === undefined ? [] : [difference.reason])),
  );
  const words = (all: string) => all.replaceAll(/\s+/g, ' ');
  for (const reason of reasons) expect(words(text)).toContain(words(reason));
});

testTopics(topics.filter((_, index) => index % 2 === 0));
