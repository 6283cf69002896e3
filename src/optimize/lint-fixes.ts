/** What the linter can mend, as changes that are built and tested as every other. */
import type { Lamina, LintedSource } from '../api/index.ts';
import type { Change, Definition } from './changes.ts';

export interface LintedDefinition {
  readonly definition: Definition;
  /** Path of the Dockerfile, for messages and settings beside it. */
  readonly path: string;
  /** Directory of the build context. */
  readonly context: string;
  readonly signal?: AbortSignal | undefined;
}

/** Tries changes until one is kept. @returns what is kept of all changes so far */
type Attempt = (changes: readonly Change[]) => Promise<Definition>;

/**
 * Tries all fixes together, then those that leave the image as it is. A fix that spoils the others is tried by itself, and so
 * is one that is likely to: in an instruction that sets metadata, or of the base image.
 */
export async function tryLintFixes(
  lamina: Pick<Lamina, 'lint'>,
  given: LintedDefinition,
  attempt: Attempt,
): Promise<void> {
  const fixable = await fixableIn(lamina, given);
  const apart = codesOf(fixable.filter(({ isApart }) => isApart));
  const all = await changeOf(lamina, given, { fix: 'all', without: apart });
  const safe = await changeOf(lamina, given, { fix: 'safe', without: [] });
  const tried = new Set<string>();
  let definition = await attempt(notYet(tried, [all, safe]));
  const isDone = all === undefined || definition.text === all.definition.text;
  const risky = codesOf(fixable.filter(({ finding }) => finding.fix?.safe === false));
  for (const code of isDone ? apart : risky) {
    const current = { ...given, definition };
    const others = codesOf(await fixableIn(lamina, current)).filter((other) => other !== code);
    const alone = await changeOf(lamina, current, { fix: 'all', without: others });
    definition = await attempt(notYet(tried, [alone]));
  }
}

/** Adds the changes to those that were tried. */
function notYet(tried: Set<string>, changes: readonly (Change | undefined)[]): readonly Change[] {
  return changes.flatMap((change) => {
    if (change === undefined || tried.has(change.definition.text)) return [];
    tried.add(change.definition.text);
    return [change];
  });
}

interface Fixable {
  readonly finding: LintedSource['findings'][number];
  /** The fix is tried by itself. */
  readonly isApart: boolean;
}

const LARGE_BASE = 'LargeBaseImage';
const SETS_METADATA =
  /^\s*(?:CMD|ENTRYPOINT|ENV|EXPOSE|HEALTHCHECK|LABEL|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)\b/i;

async function fixableIn(
  lamina: Pick<Lamina, 'lint'>,
  { definition: { text }, path, context, signal }: LintedDefinition,
): Promise<readonly Fixable[]> {
  const files = [{ path, text }];
  const linted = await lamina.lint({ files, context, shellcheck: false, signal });
  return (linted.files[0]?.findings ?? []).flatMap((finding) => {
    const { fix, instruction } = finding;
    if (fix === undefined) return [];
    const setsMetadata = SETS_METADATA.test(text.slice(instruction?.start.offset));
    return [{ finding, isApart: !fix.safe && (setsMetadata || finding.code === LARGE_BASE) }];
  });
}

/** All names of a finding: as long as one of its rules is on, it is found. */
function codesOf(fixable: readonly Fixable[]): readonly string[] {
  return [...new Set(fixable.flatMap(({ finding: { code, also = [] } }) => [code, ...also]))];
}

interface Fixes {
  readonly fix: 'all' | 'safe';
  /** Codes of rules whose fixes are not applied. */
  readonly without: readonly string[];
}

/** @returns undefined if there is nothing to mend */
async function changeOf(
  lamina: Pick<Lamina, 'lint'>,
  { definition, path, context, signal }: LintedDefinition,
  { fix, without }: Fixes,
): Promise<Change | undefined> {
  const files = [{ path, text: definition.text }];
  const settings = { ignored: without };
  const options = { files, context, fix, settings, write: false, shellcheck: false, signal };
  const [linted] = (await lamina.lint(options)).files;
  const codes = [...new Set(linted?.fixed?.applied.map(({ code }) => code))];
  if (linted === undefined || codes.length === 0) return undefined;
  const isBase = codes.every((code) => code === LARGE_BASE);
  return {
    name: isBase ? 'slim-base' : 'lint-fixes',
    what: isBase
      ? 'use the slim variant of the base image'
      : `mend what \`lamina lint\` finds: ${codes.join(', ')}`,
    definition: { ...definition, text: linted.text },
    changes: [],
    mustShrink: isBase,
  };
}
