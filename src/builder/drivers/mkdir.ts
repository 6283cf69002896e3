/** WORKDIR. An existing directory still gives a layer, an empty one, as in BuildKit. */
import type { MkdirOp } from '../../graph/index.ts';
import { cacheKey } from '../../graph/index.ts';
import { LayerWriter } from '../../layers/index.ts';
import { makeDirectories } from '../../ops/index.ts';
import type { OpDriver, StepContext, VertexResult } from '../../solver/index.ts';
import type { BuildSession } from '../session/session.ts';
import { keepLayer, withStagedLayer } from './own-layer.ts';

export function mkdirDriver(session: BuildSession): OpDriver {
  return {
    recorded: true,
    key: async (step) => ({
      key: cacheKey({ op: mkdirOp(step), inputs: [await step.inputs.key(0)] }),
    }),
    execute: async (step) => {
      const base = await step.inputs.result(0);
      return step.working(() => makeLayer(session, step, base));
    },
  };
}

function makeLayer(
  session: BuildSession,
  step: StepContext,
  base: VertexResult,
): Promise<VertexResult> {
  return withStagedLayer(session, async (staged) => {
    const tree = base.layers.length === 0 ? undefined : await session.treeOf(base.layers);
    const { entries, warnings } = makeDirectories(mkdirOp(step), tree, session.now());
    using writer = LayerWriter.create(staged.directory, { base: tree });
    for (const entry of entries) writer.add(entry);
    const { size, files } = writer.finish();
    return keepLayer(session, staged, base, { form: 'tar', size, files, times: 'set', warnings });
  });
}

function mkdirOp(step: StepContext): MkdirOp {
  if (step.vertex.op.kind !== 'mkdir') throw new Error('not a mkdir');
  return step.vertex.op;
}
