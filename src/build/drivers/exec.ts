/** RUN. Its key covers the operation and the key of what it stands on, not the files below. */
import { createHash } from 'node:crypto';
import type { ExecOp } from '../../graph/index.ts';
import { opDigest } from '../../graph/index.ts';
import type { LowerDirectory } from '../../layers/index.ts';
import { runStep } from '../../ops/index.ts';
import { isMountFailure } from '../../runtime/index.ts';
import type { OpDriver, StepContext, VertexResult } from '../../solver/index.ts';
import type { BuildSession } from '../session.ts';
import { keepLayer, withStagedLayer } from './own-layer.ts';

export function execDriver(session: BuildSession): OpDriver {
  return {
    recorded: true,
    key: async (step) => {
      const operation = opDigest(withoutAddresses(execOp(step)));
      const below = await step.inputs.key(0);
      return { key: createHash('sha256').update(`${operation}\n${below}`).digest('hex') };
    },
    execute: async (step) => {
      void session.sandbox().then(
        (sandbox) => sandbox.warmUp(),
        () => undefined,
      );
      const base = await step.inputs.result(0);
      return step.working(() => run(session, step, base));
    },
  };
}

function run(session: BuildSession, step: StepContext, base: VertexResult): Promise<VertexResult> {
  const info = session.stepOf(step.vertex.id);
  return withStagedLayer(session, async (staged) => {
    const sandbox = await session.sandbox();
    const { signal } = step;
    const runWith = (lowers: readonly LowerDirectory[]) =>
      runStep(execOp(step), {
        sandbox,
        lowers,
        base: session.treeOf(base.layers),
        directory: staged.directory,
        mounts: [],
        extraEnv: step.info.proxyEnv ?? [],
        instruction: step.info.instruction ?? step.info.name,
        signal,
        onOutput: (stream, data) =>
          session.emit({ kind: 'step.log', time: session.now(), step: info, stream, data }),
      });
    const use = { isMountFailure, signal };
    const { size, files } = await session.lowers.use(base.layers, runWith, use);
    return keepLayer(session, staged, base, { form: 'tree', size, files, times: 'clamp' });
  });
}

/** Where an added host points may change from build to build; that it is added may not. */
function withoutAddresses(op: ExecOp): ExecOp {
  return { ...op, extraHosts: op.extraHosts.map(({ name }) => ({ name, address: '' })) };
}

function execOp(step: StepContext): ExecOp {
  if (step.vertex.op.kind !== 'exec') throw new Error('not a run');
  return step.vertex.op;
}
