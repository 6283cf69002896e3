/** Runs cases on a machine, one after the other. */
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { buildWithLamina, loadBases } from '../build-with-lamina.ts';
import type { ConformanceCase, Outcome, Topic } from '../case.ts';
import { readExpectations } from '../expectations.ts';
import { Workplace } from '../workplace.ts';
import { type MachineName, openMachine } from './machines.ts';
import { startWorker } from './start-worker.ts';

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

export async function runCases(
  name: MachineName,
  topics: readonly Topic[],
  { wants, onResult }: RunCasesOptions,
): Promise<readonly CaseResult[]> {
  const directory = mkdtempSync(join(tmpdir(), `lamina-${name}-`));
  chmodSync(directory, 0o755);
  using machine = openMachine(name, directory);
  const { uid, wrapper } = machine;
  await using workplace = await Workplace.open(directory, uid);
  const root = join(directory, 'store');
  mkdirSync(root);
  chownSync(root, uid, uid);
  await using lamina = await startWorker(wrapper, root);
  const { run } = lamina;
  await loadBases(workplace, run);
  const results: CaseResult[] = [];
  for (const topic of topics) {
    const { cases } = readExpectations(topic);
    for (const each of topic.cases) {
      const recorded = cases[each.name];
      const full = `${topic.name}/${each.name}`;
      if (recorded === undefined || !wants(full)) continue;
      const written = workplace.write(each);
      giveTo(written.directory, uid);
      const built = await buildWithLamina(workplace, each, written, run);
      const outcome = workplace.settled(built, written);
      workplace.remove(written);
      const result = { name: full, difference: differenceOf(each, recorded.outcome, outcome) };
      onResult?.(result);
      results.push(result);
    }
  }
  return results;
}

/** What the user could not read, or write in. Other files keep what a new owner would take away: set-user-id bits. */
function giveTo(path: string | Buffer, uid: number): void {
  if (uid === 0) return;
  const status = lstatSync(path);
  const isDirectory = status.isDirectory();
  if (isDirectory || (status.isFile() && (status.mode & 0o004) === 0)) {
    chownSync(path, uid, uid);
    chmodSync(path, status.mode & 0o7777);
  }
  if (!isDirectory) return;
  for (const name of readdirSync(path, { encoding: 'buffer' })) {
    giveTo(Buffer.concat([Buffer.from(path), Buffer.from('/'), name]), uid);
  }
}

/** @returns undefined if lamina does what was recorded with BuildKit, but for what it does differently on purpose */
export function differenceOf(
  { difference }: ConformanceCase,
  recorded: Outcome,
  outcome: Outcome,
): string | undefined {
  const own = difference?.lamina;
  if (own !== undefined && 'fails' in own) {
    return outcome.error?.includes(own.fails) === true ? undefined : `does not fail: ${own.fails}`;
  }
  const expected = plain({ ...recorded, ...own?.outcome });
  const actual = plain(outcome);
  // Messages are lamina's own: that both fail is the rule.
  if (expected.error !== undefined && actual.error !== undefined) return undefined;
  if (isDeepStrictEqual(actual, expected)) return undefined;
  if (actual.error !== undefined) return `fails: ${actual.error}`;
  const members = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  const differing = members.filter((one) => !isDeepStrictEqual(actual[one], expected[one]));
  return differing.map((one) => differingLines(one, expected[one], actual[one])).join('\n');
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
