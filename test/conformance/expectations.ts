/** The files in `expected/`: what BuildKit made of each case. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Outcome, Topic } from './case.ts';

export interface Expectation {
  /** Fingerprint of the case when it was recorded. */
  readonly input: string;
  readonly outcome: Outcome;
}

export interface Expectations {
  /** The newest BuildKit that any of the cases was recorded with. */
  readonly buildkit: string;
  readonly cases: Readonly<Record<string, Expectation>>;
}

const ROOT = process.env.PROGRAM_DIRECTORY ?? import.meta.dirname;

function pathOf({ name }: Topic): string {
  return join(ROOT, 'expected', `${name}.json`);
}

export function readExpectations(topic: Topic): Expectations {
  const path = pathOf(topic);
  if (!existsSync(path)) return { buildkit: 'none', cases: {} };
  return JSON.parse(readFileSync(path, 'utf8')) as Expectations;
}

export function writeExpectations(topic: Topic, expectations: Expectations): void {
  writeFileSync(pathOf(topic), `${JSON.stringify(expectations, null, 2)}\n`);
}
