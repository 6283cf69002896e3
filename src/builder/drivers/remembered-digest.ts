/** Digests of some files of another step's result. */
import { type FileSelection, stableJson } from '../../graph/index.ts';
import { type ReadFiles, type SelectedFiles, selectionDigest } from '../../ops/index.ts';
import type { StepContext } from '../../solver/index.ts';
import type { SourceSession } from '../session/session.ts';

export interface FilesOfInput {
  /** Index of the step's input. */
  readonly input: number;
  readonly selection: FileSelection;
  /** Selects them; called only when their digest is unknown. */
  readonly select: () => Promise<SelectedFiles>;
  /** Reads them in another way, if that is better. */
  readonly read?: ((selected: SelectedFiles) => Promise<ReadFiles | undefined>) | undefined;
}

/** The digest of the files, remembered under the key of the input: if it is known, the input is not built. */
export function rememberedDigest(
  { onListed }: Pick<SourceSession, 'onListed'>,
  { inputs, working, signal }: Pick<StepContext, 'inputs' | 'working' | 'signal'>,
  { input, selection, select, read }: FilesOfInput,
): Promise<string> {
  return inputs.contentDigest(input, `files ${stableJson(selection)}`, async () => {
    const selected = await select();
    const known = await read?.(selected);
    return working(() => selectionDigest(selected, { read: known, onListed, signal }));
  });
}
