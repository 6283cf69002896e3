/** What of another file system a step sees through a mount, as a digest. */
import { AppError } from '../../errors.ts';
import type { CopyOp, MountSpec } from '../../graph/index.ts';
import { stableJson } from '../../graph/index.ts';
import { copyDigest, prepareCopy } from '../../ops/index.ts';
import type { StepContext } from '../../solver/index.ts';
import type { BuildSession } from '../session/session.ts';

/**
 * The digest of the mounted files, remembered for the input they come from.
 * @throws AppError MOUNT_SOURCE_NOT_FOUND
 */
export async function mountDigest(
  session: BuildSession,
  step: StepContext,
  mount: Extract<MountSpec, { kind: 'bind' | 'cache' }>,
): Promise<string> {
  if (mount.input === undefined) return '';
  const op = selecting(mount.source);
  return step.inputs.contentDigest(mount.input, `mount ${stableJson(op)}`, async ({ layers }) => {
    const source = await session.treeOf(layers);
    const { signal } = step;
    const prepared = await prepareCopy(op, { source, now: session.now(), signal }).catch(
      asMountError(mount),
    );
    return step.working(() => copyDigest(prepared, signal));
  });
}

/** A copy would select the same files. */
function selecting(source: string): CopyOp {
  return {
    kind: 'copy',
    source: { input: 1, paths: [source.replace(/[*?[\\]/g, '\\$&')] },
    destination: '/',
    owner: undefined,
    mode: undefined,
    exclude: [],
    parents: false,
    unpack: false,
    resetOwner: false,
    link: false,
    keepsTop: true,
  };
}

function asMountError({ target }: MountSpec): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof AppError && error.code === 'COPY_SOURCE_NOT_FOUND')) throw error;
    const { message, hint, cause } = error;
    throw new AppError('MOUNT_SOURCE_NOT_FOUND', `nothing to mount at ${target}: ${message}`, {
      hint,
      cause,
    });
  };
}
