/** What the public API takes and gives back about the linter. */
import type { Finding, Severity } from '../lint/index.ts';
import type { StoreOptions } from './store-options.ts';

/** The form that the value of a label must have. */
export type LabelForm = 'email' | 'hash' | 'rfc3339' | 'semver' | 'spdx' | 'text' | 'url';

/** Severities, and `ignore`: nothing. */
export type FailureThreshold = Severity | 'ignore';

/** Settings of the linter, with the meaning that hadolint gives them. */
export interface LintConfig {
  /** Codes of rules that are off; a family (`buildkit`, `hadolint`, `shellcheck`, `lamina`) stands for all of its rules. */
  readonly ignored?: readonly string[] | undefined;
  /** Codes of rules with another severity than their own. */
  readonly override?:
    | Readonly<Partial<Record<Severity, readonly string[] | undefined>>>
    | undefined;
  /** Registries that images may come from, with `*` at one end. Default: all. */
  readonly trustedRegistries?: readonly string[] | undefined;
  /** Labels that images must have, with the form of their values. */
  readonly labelSchema?: Readonly<Record<string, LabelForm>> | undefined;
  /** Other labels than these are findings. */
  readonly strictLabels?: boolean | undefined;
  /** Comments in the file exempt nothing from rules. */
  readonly disableIgnorePragma?: boolean | undefined;
  /** The least severity with which a file fails. Default: `info`. */
  readonly failureThreshold?: FailureThreshold | undefined;
  /** No file fails. */
  readonly noFail?: boolean | undefined;
  /** Formats of the command's output, of which the last one counts. */
  readonly formats?: readonly string[] | undefined;
}

/** A Dockerfile to lint. */
export interface LintSource {
  /** A path, relative to the current directory; the name in messages. */
  readonly path: string;
  /** In place of the file's content, which is not read then: what an editor has, or standard input. */
  readonly text?: string | undefined;
}

export interface LintOptions extends StoreOptions {
  readonly files: readonly LintSource[];
  /** Directory of the build context. Default: that of each file; none for a text whose file does not exist. */
  readonly context?: string | undefined;
  /**
   * The configuration file. Default: `.hadolint.yaml` or `.hadolint.yml` of the current directory, else of the user; `false`:
   * neither a file nor variables of the environment count.
   */
  readonly config?: string | false | undefined;
  /** Counts on top of the file and of the environment's HADOLINT_ variables. */
  readonly settings?: LintConfig | undefined;
  /** Run ShellCheck on the scripts of RUN, if this machine has it. Default: yes. */
  readonly shellcheck?: boolean | undefined;
  /** Fix what can be fixed: `safe` leaves the image as it is, `all` may change it. Default: nothing. */
  readonly fix?: 'safe' | 'all' | undefined;
  /** Write fixed files. Default: yes; without, the results have the texts. */
  readonly write?: boolean | undefined;
}

/** What was found in a file, after the fixes if there were any. */
export interface LintedSource {
  /** As given. */
  readonly file: string;
  /** The text that the ranges refer to; empty if the file could not be read. */
  readonly text: string;
  /** In the order of the text. */
  readonly findings: readonly Finding[];
  /** Some finding is as severe as the threshold. */
  readonly fails: boolean;
  /** Undefined without `fix`. */
  readonly fixed?: FixedSource | undefined;
}

/** What fixes did to a file. */
export interface FixedSource {
  /** The text before the fixes. */
  readonly before: string;
  /** The findings that they ended, as they were in the text at that time. */
  readonly applied: readonly Finding[];
  readonly isWritten: boolean;
}

/** What the linter found. */
export interface LintResult {
  readonly files: readonly LintedSource[];
  /** All settings together. */
  readonly config: LintConfig;
}
