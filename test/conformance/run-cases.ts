/** Runs cases one after the other, and says in what they differ from what BuildKit did. */
import { isDeepStrictEqual } from 'node:util';
import type { RunLamina } from '../support/in-this-process.ts';
import { buildWithLamina } from './build-with-lamina.ts';
import type { ConformanceCase, Outcome, Topic } from './case.ts';
import { readExpectations } from './expectations.ts';
import type { Workplace, WrittenCase } from './workplace.ts';

export interface CaseResult {
  /** `topic/case`. */
  readonly name: string;
  /** Undefined: it passed. */
  readonly difference: string | undefined;
}

export interface RunCasesOptions {
  /** Which cases run: `topic/case`. */
  readonly wants: (name: string) => boolean;
  readonly onResult?: (result: CaseResult) => void;
}

interface Surroundings extends RunCasesOptions {
  readonly workplace: Workplace;
  readonly run: RunLamina;
  /** Called before a case is built. */
  readonly prepare?: (written: WrittenCase) => void;
  /** What BuildKit did is right, too, where lamina differs on purpose: BuildKit does it. */
  readonly doesAsRecorded?: boolean;
}

/** A store of `run` has the base images of the workplace. */
export async function runCasesIn(
  topics: readonly Topic[],
  { workplace, run, prepare, wants, onResult, doesAsRecorded = false }: Surroundings,
): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  for (const topic of topics) {
    const { cases } = readExpectations(topic);
    for (const each of topic.cases) {
      const recorded = cases[each.name];
      const name = `${topic.name}/${each.name}`;
      if (recorded === undefined || !wants(name)) continue;
      const written = workplace.write(each);
      prepare?.(written);
      const built = await buildWithLamina(workplace, each, written, run);
      const outcome = workplace.settled(built, written);
      workplace.remove(written);
      const isRecorded = doesAsRecorded && differing(recorded.outcome, outcome) === undefined;
      const difference = isRecorded ? undefined : differenceOf(each, recorded.outcome, outcome);
      const result = { name, difference };
      onResult?.(result);
      results.push(result);
    }
  }
  return results;
}

/** @returns undefined if lamina does what was recorded with BuildKit, but for what it does differently on purpose */
function differenceOf(
  { difference }: ConformanceCase,
  recorded: Outcome,
  outcome: Outcome,
): string | undefined {
  const own = difference?.lamina;
  if (own !== undefined && 'fails' in own) {
    return outcome.error?.includes(own.fails) === true ? undefined : `does not fail: ${own.fails}`;
  }
  return differing({ ...recorded, ...own?.outcome }, outcome);
}

function differing(before: Outcome, after: Outcome): string | undefined {
  const expected = plain(before);
  const actual = plain(after);
  // Messages are lamina's own: that both fail is the rule.
  if (expected.error !== undefined && actual.error !== undefined) return undefined;
  if (isDeepStrictEqual(actual, expected)) return undefined;
  if (actual.error !== undefined) return `fails: ${actual.error}`;
  const members = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  const others = members.filter((one) => !isDeepStrictEqual(actual[one], expected[one]));
  return others.map((one) => differingLines(one, expected[one], actual[one])).join('\n');
}

function plain(outcome: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(outcome)) as Record<string, unknown>;
}

function differingLines(member: string, expected: unknown, actual: unknown): string {
  const lines = (value: unknown) => JSON.stringify(value, null, 1)?.split('\n') ?? [];
  const [before, after] = [lines(expected), lines(actual)];
  const only = (some: readonly string[], others: readonly string[], sign: string) =>
    some.filter((line) => !others.includes(line)).map((line) => `  ${sign}${line}`);
  return [`${member}:`, ...only(before, after, '-'), ...only(after, before, '+')].join('\n');
}
