/** What the linter can mend, as a change that is built and tested as every other. */
import type { Lamina } from '../api/index.ts';
import type { Change, Definition } from './changes.ts';

export interface LintedDefinition {
  readonly definition: Definition;
  /** Path of the Dockerfile, for messages and settings beside it. */
  readonly path: string;
  /** Directory of the build context. */
  readonly context: string;
  readonly signal?: AbortSignal | undefined;
}

/** First all fixes, then only those that leave the image as it is; none if there is nothing to mend. */
export async function lintFixes(
  lamina: Pick<Lamina, 'lint'>,
  { definition, path, context, signal }: LintedDefinition,
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const fix of ['all', 'safe'] as const) {
    const files = [{ path, text: definition.text }];
    const options = { files, context, fix, write: false, shellcheck: false, signal };
    const [linted] = (await lamina.lint(options)).files;
    const codes = [...new Set(linted?.fixed?.applied.map(({ code }) => code))];
    if (linted === undefined || codes.length === 0) continue;
    if (changes.some((change) => change.definition.text === linted.text)) continue;
    changes.push({
      name: 'lint-fixes',
      what: `mend what \`lamina lint\` finds: ${codes.join(', ')}`,
      definition: { ...definition, text: linted.text },
      changes: [],
      mustShrink: false,
    });
  }
  return changes;
}
