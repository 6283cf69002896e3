/** All formats of `lamina lint`, by name. */
import type { LintResult } from '../../api/index.ts';
import {
  renderCodacy,
  renderCodeclimate,
  renderGitlab,
  renderJson,
  renderSonarqube,
} from './json.ts';
import { renderGithub, renderGnu, renderTty } from './lines.ts';
import type { ReportOptions } from './report.ts';
import { renderSarif } from './sarif.ts';
import { renderText } from './text.ts';
import { renderCheckstyle, renderJunit } from './xml.ts';

const RENDERERS = {
  text: renderText,
  json: renderJson,
  tty: renderTty,
  gnu: renderGnu,
  checkstyle: renderCheckstyle,
  codeclimate: renderCodeclimate,
  gitlab_codeclimate: renderGitlab,
  codacy: renderCodacy,
  sonarqube: renderSonarqube,
  sarif: renderSarif,
  junit: renderJunit,
  github: renderGithub,
} as const satisfies Readonly<
  Record<string, (result: LintResult, options: ReportOptions) => string>
>;

export type Format = keyof typeof RENDERERS;

export const FORMATS = Object.keys(RENDERERS);

export function isFormat(name: string): name is Format {
  return Object.hasOwn(RENDERERS, name);
}

/** @returns the whole output */
export function render(result: LintResult, format: Format, options: ReportOptions): string {
  return RENDERERS[format](result, options);
}
