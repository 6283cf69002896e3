/** A step's own layer: staged while the step works, on top of its base when it has succeeded. */
import { recordedForm } from '../../layers/index.ts';
import type { VertexResult } from '../../solver/index.ts';
import type { LayerMeta, StagedLayer, StepWarning } from '../../store/index.ts';
import type { TreeForm } from '../../system/index.ts';
import type { SourceSession } from '../session/session.ts';

export interface OwnLayer {
  readonly form: 'tree' | 'tar';
  /** The form of owners in a tree; irrelevant for a tar. */
  readonly treeForm?: TreeForm | undefined;
  /** Bytes of file content. */
  readonly size: number;
  readonly files: number;
  readonly times: LayerMeta['times'];
  readonly warnings?: readonly StepWarning[] | undefined;
}

/** Keeps a staged layer and returns the stack with it on top. */
export async function keepLayer(
  session: SourceSession,
  staged: StagedLayer,
  base: VertexResult,
  { form, treeForm, size, files, times, warnings = [] }: OwnLayer,
): Promise<VertexResult> {
  const created = session.now();
  const meta = await staged.commit({
    tree: form === 'tree',
    treeForm: treeForm && recordedForm(treeForm),
    tar: form === 'tar',
    size,
    files,
    created,
    times,
  });
  return {
    layers: [...base.layers, meta.id],
    ownLayer: meta.id,
    addedBytes: size,
    created,
    ...(warnings.length > 0 && { warnings }),
  };
}

/** Makes a layer in a staged directory, which is removed on failure. */
export async function withStagedLayer<T>(
  session: SourceSession,
  make: (staged: StagedLayer) => Promise<T>,
): Promise<T> {
  const staged = await session.store.layers.stage();
  try {
    return await make(staged);
  } catch (error) {
    await staged.discard();
    throw error;
  }
}
