/** A RUN that failed: the store keeps the last one, for `lamina debug`. */
import { AbortedError, type AppError, type StepError, withDetails } from '../../errors.ts';
import type { ExecOp } from '../../graph/index.ts';
import { indexFailedStep, type RunStepOptions } from '../../ops/index.ts';
import type { StepContext, VertexResult } from '../../solver/index.ts';
import type { LayerId, StagedLayer } from '../../store/index.ts';
import type { BuildSession } from '../session/session.ts';
import type { CacheMounts } from './cache-mounts.ts';
import { keepLayer } from './own-layer.ts';

/** What is known of a kept step besides its files. Kept as JSON. */
export interface KeptStep {
  /** Increased when older versions of lamina cannot read it. */
  readonly version: 1;
  /** As written, on one line. */
  readonly instruction: string;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly exitCode?: number | undefined;
  readonly signal?: string | undefined;
  /** Without the values of secrets and of proxies. */
  readonly op: ExecOp;
  /** The root file system as the step left it, bottom first. */
  readonly layers: readonly LayerId[];
  /** What each of `op.mounts` needs, in order. */
  readonly mounts: readonly KeptMount[];
}

export interface KeptMount {
  /** Of a bind mount: the file system that it shows. */
  readonly layers?: readonly LayerId[] | undefined;
  /** Of a cache mount: its key in the store. */
  readonly cache?: string | undefined;
}

export interface FailedStep {
  readonly error: StepError;
  readonly op: ExecOp;
  readonly base: VertexResult;
  readonly caches: CacheMounts;
  readonly settings: RunStepOptions;
  readonly staged: StagedLayer;
}

/**
 * Keeps what the step left behind, instead of the step kept before, and makes that durable: the build may be killed next.
 *
 * @returns the error, with `isKept` in its details if that succeeded; the step's failure counts, not that of keeping it
 * @throws AbortedError
 */
export async function keepFailedStep(
  session: BuildSession,
  step: StepContext,
  failed: FailedStep,
): Promise<StepError | AppError> {
  const { error } = failed;
  const { store } = session;
  if (store.isReadOnly) return error;
  try {
    const { size, files } = await indexFailedStep(failed.settings);
    const form = { form: 'tree', treeForm: session.runtime.capabilities } as const;
    const own = { ...form, size, files, times: 'clamp' } as const;
    const { layers } = await keepLayer(session, failed.staged, failed.base, own);
    const detail = await describe(step, failed, layers);
    store.keptStep.put({
      layers: [...new Set([...layers, ...detail.mounts.flatMap((mount) => mount.layers ?? [])])],
      ownLayer: failed.staged.id,
      bytes: size,
      description: `failed: ${detail.instruction}`,
      time: session.now(),
      detail,
    });
    await store.flush();
    return withDetails(error, { isKept: true });
  } catch (cause) {
    if (cause instanceof AbortedError) throw cause;
    // A full disk, for one.
    return error;
  }
}

async function describe(
  { info, inputs }: StepContext,
  { error, op, caches }: FailedStep,
  layers: readonly LayerId[],
): Promise<KeptStep> {
  const { exitCode, signal, instruction } = error.failure;
  const location = info.locations.instruction;
  const mounts = op.mounts.map(async (mount): Promise<KeptMount> => {
    if (mount.kind === 'bind') return { layers: (await inputs.result(mount.input)).layers };
    return mount.kind === 'cache' ? { cache: caches.key(mount) } : {};
  });
  return {
    ...{ version: 1, instruction, exitCode, signal, op, layers },
    ...{ file: location?.file, line: location?.range.start.line },
    mounts: await Promise.all(mounts),
  };
}
