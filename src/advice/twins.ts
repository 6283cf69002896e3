/** Mistakes that a check of BuildKit and a rule of hadolint both find: one finding, with both codes. */
import type { Finding } from '../lint/index.ts';
import type { LintedFile } from './linted-file.ts';

/** Checks of BuildKit, by the code of hadolint's rule. */
const TWINS: Readonly<Record<string, string>> = {
  DL3000: 'WorkdirRelativePath',
  DL3012: 'MultipleInstructionsDisallowed',
  DL3024: 'DuplicateStageName',
  DL3025: 'JSONArgsRecommended',
  DL3029: 'FromPlatformFlagConstDisallowed',
  DL3063: 'ReservedStageName',
  DL3064: 'SecretsUsedInArgOrEnv',
  DL3065: 'RedundantTargetPlatform',
  DL4000: 'MaintainerDeprecated',
  DL4003: 'MultipleInstructionsDisallowed',
  DL4004: 'MultipleInstructionsDisallowed',
};

/** The codes of hadolint's rules that find what a check of BuildKit finds. */
export function twinsOf(check: string): readonly string[] {
  return Object.keys(TWINS).filter((code) => TWINS[code] === check);
}

/**
 * Leaves out findings of BuildKit's checks for which there is one of hadolint's rule about the same instruction, which gets
 * the other code as well.
 */
export function joinTwins(findings: readonly Finding[], file: LintedFile): readonly Finding[] {
  const joined = new Map<Finding, string>();
  const dropped = new Set<Finding>();
  for (const finding of findings) {
    const codes = finding.family === 'buildkit' ? twinsOf(finding.code) : [];
    const twins = findings.filter(
      (other) => codes.includes(other.code) && areAbout(other, finding, file),
    );
    for (const twin of twins) joined.set(twin, finding.code);
    if (twins.length > 0) dropped.add(finding);
  }
  return findings
    .filter((finding) => !dropped.has(finding))
    .map((finding) => {
      const code = joined.get(finding);
      return code === undefined ? finding : { ...finding, also: [code] };
    });
}

/** Of several instructions of which one counts, BuildKit names those before it, hadolint those after the first. */
function areAbout(one: Finding, other: Finding, { stages }: LintedFile): boolean {
  if (other.code !== 'MultipleInstructionsDisallowed') return lineOf(one) === lineOf(other);
  return stages.some(({ instructions }) => {
    const lines = instructions.map(({ node }) => node.range.start.line);
    return lines.includes(lineOf(one)) && lines.includes(lineOf(other));
  });
}

function lineOf({ instruction, range }: Finding): number {
  return (instruction ?? range).start.line;
}
