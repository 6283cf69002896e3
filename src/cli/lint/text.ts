/** Findings for a terminal: what, where in the source, why, and what to do. */
import type { Finding, LintedSource, LintResult, Severity } from '../../api/index.ts';
import { printable } from '../../progress/index.ts';
import { excerpt } from '../source-excerpt.ts';
import type { ReportOptions } from './report.ts';
import { sizeText } from './sizes.ts';

const COLORS: Readonly<Record<Severity, string>> = {
  error: '\x1b[1;31m',
  warning: '\x1b[1;33m',
  info: '\x1b[32m',
  style: '\x1b[36m',
};

export function renderText({ files }: LintResult, options: ReportOptions): string {
  const shown = files.flatMap((file) =>
    file.findings.map((finding) => findingText(file, finding, options)),
  );
  return `${[...shown, ...files.flatMap(fixedText), summary(files)].join('\n')}\n`;
}

function findingText(
  { file, text }: LintedSource,
  finding: Finding,
  { color }: ReportOptions,
): string {
  const { code, also = [], severity, what, why, hint, range, fix, savings, family } = finding;
  const label = color ? `${COLORS[severity]}${severity}\x1b[0m` : severity;
  const lines = [
    `${label}: ${printable(what)} (${[code, ...also].join(', ')})`,
    ...(text === '' ? [`  --> ${printable(file)}`] : excerpt({ file, text, range }, { color })),
  ];
  if (why !== '' && family !== 'shellcheck') lines.push(`  why: ${printable(why)}`);
  if (hint !== '') lines.push(`  hint: ${printable(hint)}`);
  if (savings !== undefined) lines.push(`  saves: ${sizeText(savings)}`);
  if (fix !== undefined) {
    lines.push(`  fix: ${printable(fix.title)} (${fix.safe ? '--fix' : '--fix=all'})`);
  }
  return `${lines.join('\n')}\n`;
}

function fixedText({ file, fixed }: LintedSource): string[] {
  if (fixed === undefined || fixed.applied.length === 0) return [];
  const verb = fixed.isWritten ? 'fixed' : 'would fix';
  const codes = [...new Set(fixed.applied.map(({ code }) => code))].join(', ');
  return [`${verb} ${printable(file)}: ${codes}`];
}

function summary(files: readonly LintedSource[]): string {
  const findings = files.flatMap((file) => file.findings);
  const count = plural(files.length, 'file');
  if (findings.length === 0) return `no findings in ${count}`;
  const fixable = findings.filter(({ fix }) => fix !== undefined);
  const safe = fixable.filter(({ fix }) => fix?.safe === true).length;
  const fixes =
    fixable.length === 0
      ? ''
      : `; ${fixable.length} can be fixed, ${safe} of them safely with --fix`;
  return `${plural(findings.length, 'finding')} in ${count}${fixes}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
