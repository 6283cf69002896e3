/** A rule of the linter: data, and a function that checks a file. */
import type { Instruction } from '../dockerfile/index.ts';
import type { SourceRange } from '../errors.ts';
import type { Fix, RuleFamily, Savings, Severity } from '../lint/index.ts';
import type { LintedFile } from './linted-file.ts';

/** A rule's finding; the rule knows the rest. */
export interface Reported {
  readonly what: string;
  readonly hint: string;
  readonly range: SourceRange;
  /** The instruction that a comment above can exempt; undefined: the finding is about the file. */
  readonly instruction: Instruction | undefined;
  readonly fix?: Fix | undefined;
  readonly savings?: Savings | undefined;
}

export type Report = (found: Reported) => void;

/** What is said about a rule, whatever it finds. */
export interface RuleText {
  readonly code: string;
  /** `ignore`: off until the configuration gives the rule a severity. */
  readonly severity: Severity | 'ignore';
  /** One line: what the rule requires. */
  readonly requires: string;
  /** One or two sentences. */
  readonly why: string;
}

export interface AdviceRule extends RuleText {
  readonly family: RuleFamily;
  check(file: LintedFile, report: Report): void;
}
