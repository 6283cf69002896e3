/** lamina against what BuildKit made of the same cases (`npm run conformance:record`). */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inThisProcess, type RunLamina } from '../support/in-this-process.ts';
import { buildWithLamina, loadBases } from './build-with-lamina.ts';
import type { ConformanceCase, Outcome, Topic } from './case.ts';
import { readExpectations } from './expectations.ts';
import { fingerprint, Workplace } from './workplace.ts';

/** Tests all cases of some topics, in a workplace and a store of their own. */
export function testTopics(topics: readonly Topic[]): void {
  let workplace: Workplace;
  let run: RunLamina;

  beforeAll(async () => {
    workplace = await Workplace.open(mkdtempSync(join(tmpdir(), 'lamina-conformance-')));
    run = inThisProcess(join(workplace.directory, 'store'));
    await loadBases(workplace, run);
  });

  afterAll(async () => {
    await workplace[Symbol.asyncDispose]();
  });

  const built = async (each: ConformanceCase): Promise<Outcome> => {
    const written = workplace.write(each);
    try {
      return workplace.settled(await buildWithLamina(workplace, each, written, run), written);
    } finally {
      workplace.remove(written);
    }
  };

  for (const topic of topics) {
    describe(topic.name, () => {
      const { cases } = readExpectations(topic);
      for (const each of topic.cases) {
        it(`${each.name} (${each.rule})`, async () => {
          const expectation = cases[each.name];
          expect(expectation?.input, 'recorded for the case as it is').toBe(fingerprint(each));
          if (expectation !== undefined) {
            expectOutcome(each, expectation.outcome, await built(each));
          }
        });
      }
    });
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
