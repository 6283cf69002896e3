/** What is wrong in a text: errors of the syntax, and findings of the build checks. */
import type { IgnoreFile } from '../context/index.ts';
import type { AppError, SourceRange, Warning } from '../errors.ts';
import { type Finding, lintDockerfile, ruleOf, rulePage } from '../lint/index.ts';
import { hostPlatform } from '../oci/index.ts';
import { platformArguments } from '../plan/index.ts';
import type { DockerfileModel } from './model.ts';

/** @param ignoreFile that of the build context; undefined if there is none */
export function findingsOf(
  model: DockerfileModel,
  ignoreFile: IgnoreFile | undefined,
): readonly Finding[] {
  const { tree, problems, warnings, instructions } = model;
  const first = instructions.findIndex(({ kind }) => kind === 'from');
  const valid = instructions.filter(({ kind }, index) => kind === 'arg' || index >= first);
  const platform = hostPlatform();
  const facts = {
    buildArgs: new Map<string, string>(),
    predefined: platformArguments(platform, platform, ''),
    target: undefined,
    wantsAllStages: true,
    platform,
    imageOf: () => undefined,
    ignoreFile: () => ignoreFile,
  };
  const checks = first < 0 ? [] : lintDockerfile({ tree, instructions: valid, warnings }, facts);
  const noticed = warnings.filter((warning) => ruleOf(warning) === undefined);
  return [...problems.map(syntaxFinding), ...[...checks, ...noticed].map(warningFinding)];
}

const START: SourceRange = {
  start: { line: 1, column: 1, offset: 0 },
  end: { line: 1, column: 1, offset: 0 },
};

export function syntaxFinding(error: AppError): Finding {
  const { code, message, hint = '', expected, location } = error;
  return {
    ...{ code, family: 'syntax', severity: 'error', what: message, hint },
    range: location?.range ?? START,
    why: expected === undefined ? '' : `expected: ${expected}`,
  };
}

function warningFinding(warning: Warning): Finding {
  const { code, message, hint = '', location } = warning;
  const rule = ruleOf(warning);
  return {
    ...{ code, severity: 'warning', what: message, hint, why: '' },
    family: rule === undefined ? 'syntax' : 'buildkit',
    range: location?.range ?? START,
    page: rule && rulePage(rule.name),
  };
}
