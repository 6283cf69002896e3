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
export function joinTwins(
  findings: readonly Finding[],
  { stages }: LintedFile,
): readonly Finding[] {
  const stageAt = new Map(
    stages.flatMap(({ instructions }, index) =>
      instructions.map(({ node }) => [node.range.start.line, index] as const),
    ),
  );
  // Of several instructions of which one counts, BuildKit names those before it, hadolint those after the first.
  const placeOf = ({ instruction, range }: Finding, check: string) => {
    const { line } = (instruction ?? range).start;
    const place = check === 'MultipleInstructionsDisallowed' ? stageAt.get(line) : line;
    return `${check} ${place}`;
  };
  const twins = findings.filter(({ code }) => TWINS[code] !== undefined);
  const withTwin = new Set(twins.map((finding) => placeOf(finding, TWINS[finding.code] ?? '')));
  const joined = findings.filter(
    (finding) => finding.family === 'buildkit' && withTwin.has(placeOf(finding, finding.code)),
  );
  const places = new Set(joined.map((finding) => placeOf(finding, finding.code)));
  const dropped = new Set(joined);
  return findings
    .filter((finding) => !dropped.has(finding))
    .map((finding) => {
      const check = TWINS[finding.code];
      return check !== undefined && places.has(placeOf(finding, check))
        ? { ...finding, also: [check] }
        : finding;
    });
}
