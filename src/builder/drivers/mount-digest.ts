/** The part of another file system that a step sees through a mount, as a digest. */
import { AppError, revised } from '../../errors.ts';
import { type MountSpec, mountRules, mountSelection } from '../../graph/index.ts';
import { selectFiles } from '../../ops/index.ts';
import type { StepContext } from '../../solver/index.ts';
import type { BuildSession } from '../session/session.ts';
import { rememberedDigest } from './remembered-digest.ts';

/**
 * The digest of the mounted files, or of the initial files of a cache, remembered for their input; empty if there are
 * none.
 * @throws AppError MOUNT_SOURCE_NOT_FOUND
 */
export async function mountDigest(
  session: BuildSession,
  step: StepContext,
  mount: MountSpec,
): Promise<string> {
  const files = mountRules(mount).files?.();
  if (files === undefined) return '';
  const { input, path } = files;
  const selection = mountSelection(path);
  const select = async () => {
    const { layers } = await step.inputs.result(input);
    const tree = await session.treeOf(layers);
    return selectFiles(tree, selection, { signal: step.signal }).catch(asMountError(mount));
  };
  return rememberedDigest(session, step, { input, selection, select });
}

function asMountError({ target }: MountSpec): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof AppError)) throw error;
    // The position of the source in the selection is not one of the RUN.
    if (error.code !== 'COPY_SOURCE_NOT_FOUND') throw revised(error, { part: undefined });
    const { message, hint, cause } = error;
    throw new AppError('MOUNT_SOURCE_NOT_FOUND', `nothing to mount at ${target}: ${message}`, {
      hint,
      cause,
    });
  };
}
