/** Results of evaluating a Dockerfile without building it. */
import type { AppError, SourceLocation } from '../errors.ts';
import type { BuildTarget, Outline } from '../outline/index.ts';
import type { RuleName } from '../warning-code.ts';

/** The text that ranges refer to. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
}

/** A finding of a build check. */
export interface CheckWarning {
  readonly rule: RuleName;
  /** The requirement of the rule. */
  readonly description: string;
  /** Its page, relative to the project: `docs/rules/undefined-var.md`. */
  readonly page: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly location: SourceLocation;
}

/** A base image whose config is unavailable: what depends on it is unknown. */
export interface SkippedImage {
  readonly name: string;
  readonly reason: string;
}

/** The findings of the build checks. */
export interface CheckResult {
  /** In the order of the text. */
  readonly warnings: readonly CheckWarning[];
  /** Why the file cannot be built. */
  readonly error: AppError | undefined;
  /** What was not checked: rules about the variables, the shell, the platform and the triggers of these. */
  readonly skipped: readonly SkippedImage[];
  readonly source: SourceFile;
}

/** The inputs of a target. */
export interface OutlineResult extends Outline {
  /** Triggers of these may take more. */
  readonly skipped: readonly SkippedImage[];
  readonly source: SourceFile;
}

/** The stages of a Dockerfile. */
export interface TargetsResult {
  /** In the order of the text. */
  readonly targets: readonly BuildTarget[];
  readonly source: SourceFile;
}
