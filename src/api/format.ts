/** Formatting a Dockerfile. */
import type { CallOptions } from './store-options.ts';

/** A text to format. */
export interface FormatOptions extends CallOptions {
  /** The text of a Dockerfile. */
  readonly text: string;
  /** The file's name in errors. Default: `Dockerfile`. */
  readonly file?: string | undefined;
  /**
   * Also indent the continued lines of shell commands, by levels of four. The commands do the same, but their text
   * changes in the whitespace between words, so their steps run again once. Default: false.
   */
  readonly indentsCommands?: boolean | undefined;
}

/** A formatted Dockerfile. */
export interface FormatResult {
  readonly text: string;
  /** Whether the text differs from the given one. */
  readonly changed: boolean;
}
