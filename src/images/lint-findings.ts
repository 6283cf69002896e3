/** What the linter says of the Dockerfile that an image was built from, beside the layers that its lines made. */
import { type ReportedFinding, type ReportedLayer, withoutSecrets } from '../analysis/index.ts';
import { AppError } from '../errors.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { buildOf } from './known-build.ts';
import type { FoundImage } from './with-image.ts';

/**
 * The text on record is linted, whatever the file says by now: its lines are those of the layers. ShellCheck does not run.
 * @returns none where no build of the image is on record, or the settings of the linter cannot be read
 */
export async function lintFindings(
  context: LaminaContext,
  opened: FoundImage,
  layers: readonly ReportedLayer[],
): Promise<readonly ReportedFinding[]> {
  const record = buildOf(opened)?.record;
  const text = record?.dockerfileText ?? undefined;
  if (record === undefined || text === undefined) return [];
  const { lint } = await import('../advice/index.ts');
  try {
    const files = [{ path: record.dockerfile, text }];
    const [linted] = (await lint(context, { files, shellcheck: false })).files;
    return (linted?.findings ?? []).map(({ code, severity, range, instruction, ...found }) => {
      const { start, end } = instruction ?? range;
      const isMadeBy = ({ line }: ReportedLayer) =>
        line !== null && line >= start.line && line <= end.line;
      const { what, hint, savings } = found;
      return {
        ...{ code, severity, line: range.start.line },
        layer: layers.find(isMadeBy)?.index ?? null,
        ...{ what: withoutSecrets(what), hint: withoutSecrets(hint) },
        bytes: savings?.bytes ?? null,
      };
    });
  } catch (error) {
    if (error instanceof AppError) return [];
    throw error;
  }
}
