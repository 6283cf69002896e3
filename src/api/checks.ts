/** What is known of a Dockerfile without building it. */
import type { AppError, SourceLocation } from '../errors.ts';
import type { BuildTarget, Outline } from '../outline/index.ts';

/** The text that ranges refer to. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** What a build check found. */
export interface CheckWarning {
  readonly rule: string;
  /** What the rule asks for. */
  readonly description: string;
  /** Its page, relative to the project: `docs/rules/undefined-var.md`. */
  readonly page: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly location: SourceLocation;
}

export interface CheckResult {
  /** In the order of the text. */
  readonly warnings: readonly CheckWarning[];
  /** Why the file cannot be built. */
  readonly error: AppError | undefined;
  readonly source: SourceFile;
}

export interface OutlineResult extends Outline {
  readonly source: SourceFile;
}

export interface TargetsResult {
  /** In the order of the text. */
  readonly targets: readonly BuildTarget[];
  readonly source: SourceFile;
}
