/** What the linter says about a file: findings, and fixes as edits of its text. */
import type { SourceRange } from '../errors.ts';

/** From most to least severe. */
export type Severity = 'error' | 'warning' | 'info' | 'style';

/** Replaces a stretch of a text; an empty range inserts. */
export interface TextEdit {
  readonly range: SourceRange;
  readonly text: string;
}

/** A change of the text that ends a finding. */
export interface Fix {
  /** An imperative, for menus: `add --no-install-recommends`. */
  readonly title: string;
  /** The image does the same as before. Others may change it, so a person decides. */
  readonly safe: boolean;
  /** In the order of the text; they do not overlap. */
  readonly edits: readonly TextEdit[];
}

/** What the change would save: of the last build if measured, else an estimate. */
export interface Savings {
  /** Bytes of the image, uncompressed. */
  readonly bytes?: number | undefined;
  /** Seconds of a build that the change affects. */
  readonly seconds?: number | undefined;
  readonly measured: boolean;
}

/** Where a rule comes from; `syntax`: the file cannot be built. */
export type RuleFamily = 'syntax' | 'buildkit' | 'hadolint' | 'shellcheck' | 'lamina';

/** One finding of the linter in one file. */
export interface Finding {
  /** `JSONArgsRecommended`, `DL3008`, `SC2086`, `DOCKERFILE_UNKNOWN_FLAG`, … */
  readonly code: string;
  /** Codes of other rules that find the same mistake. */
  readonly also?: readonly string[] | undefined;
  readonly family: RuleFamily;
  readonly severity: Severity;
  readonly range: SourceRange;
  /** The instruction that it is about; undefined if it is about the file. */
  readonly instruction?: SourceRange | undefined;
  /** What was found, in one line. */
  readonly what: string;
  /** Why it matters. */
  readonly why: string;
  /** What to do; empty if that is obvious. */
  readonly hint: string;
  /** The page of the rule, relative to the project; undefined for findings of other programs. */
  readonly page?: string | undefined;
  readonly fix?: Fix | undefined;
  readonly savings?: Savings | undefined;
}
