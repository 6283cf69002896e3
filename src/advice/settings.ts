/** Settings of the linter, from flags, environment and files together. */
import type { LabelForm } from '../api/index.ts';
import type { Severity } from '../lint/index.ts';

export interface LintSettings {
  /** Codes of rules, and families, that are off. */
  readonly ignored: ReadonlySet<string>;
  /** Severities other than the rules' own, by code. */
  readonly severities: ReadonlyMap<string, Severity>;
  /** Patterns with a `*` at one end; none: every registry is trusted. */
  readonly trustedRegistries: readonly string[];
  /** Labels that images must have. */
  readonly labels: ReadonlyMap<string, LabelForm>;
  /** Other labels are findings. */
  readonly strictLabels: boolean;
  /** Comments in the file exempt nothing. */
  readonly disableIgnorePragma: boolean;
}
