/** Runs all rules over the text of one Dockerfile. */
import { readDockerfile, readInstructions } from '../dockerfile/index.ts';
import { AppError, type SourceRange } from '../errors.ts';
import type { Finding } from '../lint/index.ts';
import { buildChecks } from './build-checks.ts';
import { HADOLINT_RULES } from './hadolint/registry.ts';
import { LAMINA_RULES } from './lamina/registry.ts';
import { type LintedFile, lintedFile } from './linted-file.ts';
import { Exemptions } from './pragmas.ts';
import type { AdviceRule } from './rule.ts';
import { advicePage } from './rule-pages.ts';
import type { LintSettings } from './settings.ts';
import type { ShellCheck } from './shellcheck/program.ts';
import { shellFindings } from './shellcheck/shell-findings.ts';
import type { Surroundings } from './surroundings.ts';
import { joinTwins } from './twins.ts';

export interface LintTextInput {
  /** The name shown to the user. */
  readonly file: string;
  readonly text: string;
  readonly settings: LintSettings;
  readonly around: Surroundings;
  /** Undefined: scripts are not checked by ShellCheck. */
  readonly shellcheck?: ShellCheck | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** All rules of this folder. */
export const ADVICE_RULES: readonly AdviceRule[] = [...HADOLINT_RULES, ...LAMINA_RULES];

/**
 * @returns findings in the order of the text; what is wrong with the text is among them
 * @throws the signal's reason
 */
export async function lintText(input: LintTextInput): Promise<readonly Finding[]> {
  const { file, text, settings, around, shellcheck, signal } = input;
  try {
    const { tree, problems } = readDockerfile(text, { file });
    const read = readInstructions(tree);
    const linted = lintedFile({ tree, instructions: read.instructions, settings, around });
    const exemptions = settings.disableIgnorePragma ? undefined : new Exemptions(tree);
    const found = [
      ...[...problems, ...read.problems].map(syntaxFinding),
      ...buildChecks(linted, read.warnings, exemptions),
      ...advice(linted, exemptions),
      ...(shellcheck === undefined
        ? []
        : await shellFindings(linted, { shellcheck, exemptions, signal })),
    ];
    const kept = found.flatMap((finding) => withSettings(finding, settings));
    return ordered(joinTwins(kept, linted));
  } catch (error) {
    // A file that is too large for the parser.
    if (error instanceof AppError) return [syntaxFinding(error)];
    throw error;
  }
}

function advice(file: LintedFile, exemptions: Exemptions | undefined): Finding[] {
  const found: Finding[] = [];
  for (const rule of ADVICE_RULES) {
    const { code, family, why } = rule;
    const severity = file.settings.severities.get(code) ?? rule.severity;
    if (severity === 'ignore' || file.settings.ignored.has(code)) continue;
    rule.check(file, ({ instruction, ...rest }) => {
      if (exemptions?.has(code, instruction) === true) return;
      const about = instruction?.node.range;
      found.push({
        code,
        family,
        severity,
        why,
        page: advicePage(rule),
        instruction: about,
        ...rest,
      });
    });
  }
  return found;
}

const START: SourceRange = {
  start: { line: 1, column: 1, offset: 0 },
  end: { line: 1, column: 1, offset: 0 },
};

/** An error as a finding: the file cannot be built. */
export function syntaxFinding(error: AppError): Finding {
  const { code, message, hint, expected, location } = error;
  return {
    ...{ code, family: 'syntax', severity: 'error', what: message },
    range: location?.range ?? START,
    why: expected === undefined ? 'The file cannot be built.' : `Expected here: ${expected}.`,
    hint: hint ?? '',
  };
}

function withSettings(finding: Finding, settings: LintSettings): Finding[] {
  const { code, family } = finding;
  if (settings.ignored.has(code) || settings.ignored.has(family)) return [];
  return [{ ...finding, severity: settings.severities.get(code) ?? finding.severity }];
}

function ordered(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort(
    (a, b) =>
      a.range.start.offset - b.range.start.offset ||
      (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
  );
}
