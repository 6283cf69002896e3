/** JSON formats: hadolint's with more fields, and those of code quality services. */

import { createHash } from 'node:crypto';
import type { Fix, LintResult } from '../../api/index.ts';
import { jsonText } from '../json-text.ts';
import { type ReportOptions, type Row, rowsOf } from './report.ts';

/** hadolint's fields (file, line, column, level, code, message), then lamina's. */
export function renderJson({ files }: LintResult, options: ReportOptions): string {
  const rows = rowsOf(files, options).map((row) => {
    const { file, line, severity, code, message, range, what, why, hint } = row;
    const { also = [], family, page = null } = row;
    return {
      ...{ file, line, column: 1, level: severity, code, message },
      ...{ also, family, range: placeOf(range), what, why, hint, page },
      fix: row.fix === undefined ? null : fixJson(row.fix),
      savings: row.savings ?? null,
    };
  });
  return document(rows);
}

function fixJson({ title, safe, edits }: Fix): object {
  return { title, safe, edits: edits.map(({ range, text }) => ({ range: placeOf(range), text })) };
}

function placeOf({ start, end }: Row['range']): object {
  return { start, end };
}

/** Code Climate's: documents that a zero byte ends. */
export function renderCodeclimate({ files }: LintResult, options: ReportOptions): string {
  return rowsOf(files, options)
    .map((row) => `${JSON.stringify(issueOf(row))}\0`)
    .join('');
}

/** GitLab's, a list of Code Climate's issues with fingerprints. */
export function renderGitlab({ files }: LintResult, options: ReportOptions): string {
  const seen = new Map<string, number>();
  const issues = rowsOf(files, options).map((row) => {
    const { file, code, what } = row;
    const subject = JSON.stringify([file, code, what]);
    // Lines move; the second finding of a kind is the second again.
    const count = seen.get(subject) ?? 0;
    seen.set(subject, count + 1);
    const fingerprint = createHash('sha256').update(`${subject} ${count}`).digest('hex');
    return { ...issueOf(row), fingerprint };
  });
  return document(issues);
}

const IMPACTS = { error: 'blocker', warning: 'major', info: 'info', style: 'minor' } as const;

function issueOf({ file, line, code, severity, message }: Row): object {
  return {
    type: 'issue',
    check_name: code,
    description: message,
    categories: ['Bug Risk'],
    location: { path: file, lines: { begin: line, end: line } },
    severity: IMPACTS[severity],
  };
}

/** Codacy's: a document for each finding. */
export function renderCodacy({ files }: LintResult, options: ReportOptions): string {
  return rowsOf(files, options)
    .map(({ file, line, code, message }) => {
      return jsonText({ filename: file, patternId: code, message, line });
    })
    .join('');
}

const SONAR = { error: 'CRITICAL', warning: 'MAJOR', info: 'MINOR', style: 'INFO' } as const;

/** SonarQube's generic issues; columns count from 0. */
export function renderSonarqube({ files }: LintResult, options: ReportOptions): string {
  const issues = rowsOf(files, options).map(({ file, range, code, severity, message }) => {
    const { start, end } = range;
    const isEmpty = start.offset === end.offset;
    return {
      ...{ engineId: 'lamina', ruleId: code, severity: SONAR[severity] },
      type: severity === 'error' ? 'BUG' : 'CODE_SMELL',
      primaryLocation: {
        ...{ message, filePath: file },
        textRange: {
          ...{ startLine: start.line, endLine: end.line },
          // SonarQube refuses an empty range.
          ...(!isEmpty && { startColumn: start.column - 1, endColumn: end.column - 1 }),
        },
      },
    };
  });
  return document({ issues });
}

function document(value: unknown): string {
  return jsonText(value, 2);
}
