/** GitLab's code quality report. */
import { createHash } from 'node:crypto';
import type { ImageCheck, ImageFinding } from '../../api/index.ts';
import { type CheckOutput, fullMessage } from './places.ts';

export function renderGitlab({ findings }: ImageCheck, output: CheckOutput): string {
  const issues = findings.map((finding) => ({
    description: fullMessage(finding, output),
    check_name: finding.rule,
    fingerprint: fingerprint(finding, output),
    severity: finding.level === 'note' ? 'info' : severity(finding),
    location: { path: output.dockerfile, lines: { begin: finding.line ?? 1 } },
  }));
  return `${JSON.stringify(issues, undefined, 2)}\n`;
}

/** The same finding in another build of the image: not its sizes, nor where in the file it is. */
export function fingerprint(
  { rule, paths, message, limit }: ImageFinding,
  { dockerfile }: CheckOutput,
) {
  const subject = typeof limit === 'number' && limit > 0 ? '' : message;
  const parts = [dockerfile, rule, ...(subject === '' ? [] : [subject, ...paths])];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function severity({ rule }: ImageFinding): string {
  if (rule === 'no-secrets') return 'critical';
  return rule.startsWith('m') ? 'minor' : 'major';
}
