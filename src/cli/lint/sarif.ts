/** SARIF 2.1.0, with fixes, which code scanning services read. */

import type { Finding, LintResult } from '../../api/index.ts';
import { jsonText } from '../json-text.ts';
import { type ReportOptions, type Row, rowsOf } from './report.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
const LEVELS = { error: 'error', warning: 'warning', info: 'note', style: 'note' } as const;

export function renderSarif({ files }: LintResult, options: ReportOptions): string {
  const rows = rowsOf(files, options);
  const codes = [...new Set(rows.map(({ code }) => code))].sort();
  const rules = codes.map((code) => {
    const row = rows.find((one) => one.code === code);
    return { id: code, ...(row !== undefined && described(row)) };
  });
  const log = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'lamina lint', rules } },
        columnKind: 'utf16CodeUnits',
        results: rows.map((row) => result(row, codes)),
      },
    ],
  };
  return jsonText(log, 2);
}

function described({ why, family }: Row): object {
  return {
    shortDescription: { text: why === '' ? 'see the message' : why },
    properties: { tags: [family] },
  };
}

function result(row: Row, codes: readonly string[]): object {
  const { code, severity, message, file, range, fix, savings } = row;
  return {
    ...{ ruleId: code, ruleIndex: codes.indexOf(code), level: LEVELS[severity] },
    message: { text: message },
    locations: [
      { physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: regionOf(range) } },
    ],
    ...(fix !== undefined && { fixes: [fixOf(fix, file)] }),
    ...(savings !== undefined && { properties: { savings } }),
  };
}

function fixOf({ title, edits }: NonNullable<Finding['fix']>, file: string): object {
  const replacements = edits.map(({ range, text }) => ({
    deletedRegion: regionOf(range),
    ...(text !== '' && { insertedContent: { text } }),
  }));
  return {
    description: { text: title },
    artifactChanges: [{ artifactLocation: { uri: uriOf(file) }, replacements }],
  };
}

function regionOf({ start, end }: Finding['range']): object {
  return {
    startLine: start.line,
    startColumn: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
}

function uriOf(file: string): string {
  return encodeURI(file.toWellFormed());
}
