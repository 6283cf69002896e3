/** GitLab's code quality report. */

import { createHash } from 'node:crypto';
import type { ImageCheck, ImageFinding } from '../../api/index.ts';
import { jsonText } from '../json-text.ts';
import { type CheckOutput, fullMessage, unreadLayers } from './places.ts';

export function renderGitlab(check: ImageCheck, output: CheckOutput): string {
  const found = check.findings.map((finding) => ({
    description: fullMessage(finding, output),
    check_name: finding.rule,
    fingerprint: fingerprint(finding, output),
    severity: finding.level === 'note' ? 'info' : severity(finding),
    location: { path: output.dockerfile, lines: { begin: finding.line ?? 1 } },
  }));
  const { dockerfile } = output;
  // The format has no place for what is missing from a report.
  const unread = unreadLayers(check).map(({ layer, code, text }) => ({
    description: text,
    check_name: code,
    fingerprint: digestOf([dockerfile, code, String(layer)]),
    severity: 'blocker',
    location: { path: dockerfile, lines: { begin: 1 } },
  }));
  const issues = [...found, ...unread];
  return jsonText(issues, 2);
}

/** The same finding in another build of the image: not its sizes, nor where in the file it is. */
export function fingerprint(
  { rule, paths, message, limit }: ImageFinding,
  { dockerfile }: CheckOutput,
) {
  const subject = typeof limit === 'number' && limit > 0 ? '' : message;
  return digestOf([dockerfile, rule, ...(subject === '' ? [] : [subject, ...paths])]);
}

function digestOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function severity({ rule }: ImageFinding): string {
  if (rule === 'no-secrets') return 'critical';
  return rule.startsWith('m') ? 'minor' : 'major';
}
