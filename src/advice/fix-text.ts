/** Applies fixes to a text until there are none left to apply. */
import type { Finding, Fix } from '../lint/index.ts';
import { applyEdits } from './edits.ts';

/** A fix can make another one possible; more rounds than this are a mistake of two rules. */
const MOST_ROUNDS = 10;

export interface FixedText {
  readonly text: string;
  /** In the order in which they were applied. */
  readonly applied: readonly Finding[];
  /** What is left to find. */
  readonly findings: readonly Finding[];
}

export type LintAgain = (text: string) => Promise<readonly Finding[]>;

/** @param mode `safe`: only fixes that leave the image as it is */
export async function fixText(
  start: string,
  lint: LintAgain,
  mode: 'safe' | 'all',
): Promise<FixedText> {
  const applied: Finding[] = [];
  let text = start;
  let findings = await lint(text);
  const seen = new Set([text]);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const wanted = findings.filter(({ fix }) => fix !== undefined && (fix.safe || mode === 'all'));
    const next = await onceFixed(text, { findings, wanted }, lint);
    if (next === undefined || seen.has(next.text)) break;
    seen.add(next.text);
    ({ text, findings } = next);
    applied.push(...next.applied);
  }
  return { text, applied, findings };
}

interface Round {
  readonly findings: readonly Finding[];
  readonly wanted: readonly Finding[];
}

/** The text after fixes that do not touch each other; those that would break the file one by one are left out. */
async function onceFixed(
  text: string,
  { findings, wanted }: Round,
  lint: LintAgain,
): Promise<FixedText | undefined> {
  const chosen = compatible(wanted);
  const faults = faultCount(findings);
  const attempt = async (some: readonly Finding[]): Promise<FixedText | undefined> => {
    if (some.length === 0) return undefined;
    const next = applyEdits(
      text,
      some.flatMap(({ fix }) => fix?.edits ?? []),
    );
    const left = await lint(next);
    if (next === text || faultCount(left) > faults) return undefined;
    return { text: next, applied: some, findings: left };
  };
  const together = await attempt(chosen);
  if (together !== undefined) return together;
  for (const one of chosen) {
    const alone = await attempt([one]);
    if (alone !== undefined) return alone;
  }
  return undefined;
}

function faultCount(findings: readonly Finding[]): number {
  return findings.filter(({ family, severity }) => family === 'syntax' && severity === 'error')
    .length;
}

/** Fixes whose edits are apart, the first ones first; of equal ones (two rules, one mistake) one. */
function compatible(findings: readonly Finding[]): readonly Finding[] {
  const taken: { readonly start: number; readonly end: number }[] = [];
  return findings.filter(({ fix }) => {
    const spans = spansOf(fix);
    if (spans.some((span) => taken.some((other) => touch(span, other)))) return false;
    taken.push(...spans);
    return true;
  });
}

function spansOf(fix: Fix | undefined) {
  const edits = fix?.edits ?? [];
  return edits.map(({ range }) => ({ start: range.start.offset, end: range.end.offset }));
}

function touch(
  one: { readonly start: number; readonly end: number },
  other: { readonly start: number; readonly end: number },
): boolean {
  return one.start <= other.end && other.start <= one.end;
}
