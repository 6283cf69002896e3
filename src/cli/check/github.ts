/** Commands for the log of a GitHub Actions job: annotations of the Dockerfile. */
import type { ImageCheck, ImageFinding } from '../../api/index.ts';
import { data, property } from '../workflow-command.ts';
import { type CheckOutput, fullMessage, unreadLayers } from './places.ts';

/** @returns whole lines */
export function renderGithub(check: ImageCheck, output: CheckOutput): string {
  const unread = unreadLayers(check).map(({ text }) => `::error title=lamina check::${data(text)}`);
  return [...check.findings.map((finding) => annotation(finding, output)), ...unread]
    .map((line) => `${line}\n`)
    .join('');
}

function annotation(finding: ImageFinding, output: CheckOutput): string {
  const { rule, level, line } = finding;
  const properties = {
    ...(line !== null && { file: output.dockerfile, line: String(line) }),
    title: `lamina check: ${rule}`,
  };
  const shown = Object.entries(properties).map(([name, value]) => `${name}=${property(value)}`);
  const command = level === 'error' ? 'error' : 'notice';
  return `::${command} ${shown.join(',')}::${data(fullMessage(finding, output))}`;
}
