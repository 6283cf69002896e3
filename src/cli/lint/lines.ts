/** Formats with a line for each finding: hadolint's tty and gnu, and annotations of GitHub. */
import type { LintResult } from '../../api/index.ts';
import { data, property } from '../workflow-command.ts';
import { type ReportOptions, type Row, rowsOf } from './report.ts';

export function renderTty({ files }: LintResult, options: ReportOptions): string {
  return lines(files, options, ({ file, line, code, severity, message }) => {
    return `${file}:${line} ${code} ${severity}: ${message}`;
  });
}

export function renderGnu({ files }: LintResult, options: ReportOptions): string {
  return lines(files, options, ({ file, line, code, severity, message }) => {
    return `lamina:${file}:${line}: ${code} ${severity}: ${message}`;
  });
}

const COMMANDS = { error: 'error', warning: 'warning', info: 'notice', style: 'notice' } as const;

export function renderGithub({ files }: LintResult, options: ReportOptions): string {
  return lines(files, options, ({ file, range: { start, end }, code, severity, message }) => {
    const place = { file, line: start.line, endLine: end.line, col: start.column, title: code };
    const shown = Object.entries(place).map(([name, value]) => `${name}=${property(`${value}`)}`);
    return `::${COMMANDS[severity]} ${shown.join(',')}::${data(message)}`;
  });
}

function lines(
  files: LintResult['files'],
  options: ReportOptions,
  line: (row: Row) => string,
): string {
  return rowsOf(files, options)
    .map((row) => `${line(row)}\n`)
    .join('');
}
