/** Findings of several files as rows, which the formats print. */
import type { Finding, LintedSource } from '../../api/index.ts';
import { printable } from '../../progress/index.ts';

export interface ReportOptions {
  /** Colours for a terminal. */
  readonly color: boolean;
  /** The path in reports, for a file that has another one in the repository. */
  readonly filePath: string | undefined;
}

export interface Row extends Finding {
  readonly file: string;
  /** Line of the instruction that it is about, which hadolint reports. */
  readonly line: number;
  /** What was found and what to do, in one line. */
  readonly message: string;
}

export function rowsOf(files: readonly LintedSource[], options: ReportOptions): readonly Row[] {
  return files.flatMap(({ file, findings }) =>
    findings.map((finding): Row => {
      const { what, hint, instruction, range } = finding;
      return {
        ...finding,
        file: options.filePath ?? file,
        line: (instruction ?? range).start.line,
        message: printable(hint === '' ? what : `${what}; ${hint}`),
      };
    }),
  );
}
