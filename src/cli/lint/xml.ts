/** Checkstyle's XML, and JUnit's. */
import type { LintedSource, LintResult } from '../../api/index.ts';
import { attributes, escaped } from '../xml.ts';
import { type ReportOptions, rowsOf } from './report.ts';

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';

export function renderCheckstyle({ files }: LintResult, options: ReportOptions): string {
  const shown = files.flatMap((file) => [
    `  <file${attributes({ name: options.filePath ?? file.file })}>`,
    ...rowsOf([file], options).map(({ line, severity, message, code }) => {
      return `    <error${attributes({ line, column: 1, severity, message, source: code })}/>`;
    }),
    '  </file>',
  ]);
  return [HEAD, '<checkstyle version="4.3">', ...shown, '</checkstyle>', ''].join('\n');
}

/** A suite for each file, in it a failure for each finding; a file without findings is one passed test. */
export function renderJunit({ files }: LintResult, options: ReportOptions): string {
  const found = files.reduce((sum, { findings }) => sum + findings.length, 0);
  const tests = files.reduce((sum, { findings }) => sum + Math.max(1, findings.length), 0);
  const totals = attributes({ name: 'lamina lint', tests, failures: found });
  return [
    HEAD,
    `<testsuites${totals}>`,
    ...files.flatMap((file) => suite(file, options)),
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(file: LintedSource, options: ReportOptions): string[] {
  const rows = rowsOf([file], options);
  const name = options.filePath ?? file.file;
  const totals = { name, tests: Math.max(1, rows.length), failures: rows.length };
  const cases = rows.flatMap(({ code, line, message, why, severity }) => [
    `    <testcase${attributes({ name: `${code} line ${line}`, classname: name, file: name, line })}>`,
    `      <failure${attributes({ type: severity, message })}>${escaped(why)}</failure>`,
    '    </testcase>',
  ]);
  const clean = [`    <testcase${attributes({ name: 'no findings', classname: name })}/>`];
  return [
    `  <testsuite${attributes(totals)}>`,
    ...(rows.length > 0 ? cases : clean),
    '  </testsuite>',
  ];
}
