/** lamina against what BuildKit made of the same cases (`npm run conformance:record`). */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildWithLamina, loadBases } from './build-with-lamina.ts';
import type { ConformanceCase, Outcome } from './case.ts';
import { readExpectations } from './expectations.ts';
import { topics } from './topics.ts';
import { fingerprint, Workplace } from './workplace.ts';

let workplace: Workplace;
let store: string;

beforeAll(async () => {
  workplace = await Workplace.open(mkdtempSync(join(tmpdir(), 'lamina-conformance-')));
  store = join(workplace.directory, 'store');
  await loadBases(workplace, store);
});

afterAll(async () => {
  await workplace[Symbol.asyncDispose]();
});

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

for (const topic of topics) {
  describe(topic.name, () => {
    const { cases } = readExpectations(topic);
    for (const each of topic.cases) {
      it(`${each.name} (${each.rule})`, async () => {
        const expectation = cases[each.name];
        expect(expectation?.input, 'recorded for the case as it is').toBe(fingerprint(each));
        if (expectation !== undefined) expectOutcome(each, expectation.outcome, await built(each));
      });
    }
  });
}

async function built(each: ConformanceCase): Promise<Outcome> {
  const written = workplace.write(each);
  try {
    return workplace.settled(await buildWithLamina(workplace, each, written, store), written);
  } finally {
    workplace.remove(written);
  }
}

function expectOutcome({ difference }: ConformanceCase, recorded: Outcome, outcome: Outcome): void {
  const own = difference?.lamina;
  if (own !== undefined && 'fails' in own) {
    expect(outcome.error).toContain(own.fails);
    return;
  }
  const expected = { ...recorded, ...own?.outcome };
  // Messages are lamina's own: that both fail is the rule.
  if (expected.error !== undefined && outcome.error !== undefined) return;
  expect(outcome).toEqual(expected);
}
