/** A RUN that failed: the store keeps the last one, for `lamina debug`. */
import { AbortedError, type AppError, type StepError, withDetails } from '../../errors.ts';
import type { ExecOp } from '../../graph/index.ts';
import { ensureLayers, MergedTree, recordedForm } from '../../layers/index.ts';
import {
  indexFailedStep,
  indexLeftTree,
  type RunStepOptions,
  type SecretText,
} from '../../ops/index.ts';
import type { StepContext, VertexResult } from '../../solver/index.ts';
import { type LayerId, noteStep, type StagedLayer, type Store } from '../../store/index.ts';
import { isOnOverlay, type TreeForm } from '../../system/index.ts';
import type { BuildSession } from '../session/session.ts';
import type { CacheMounts } from './cache-mounts.ts';
import { keepLayer } from './own-layer.ts';
import {
  filesOf,
  type SecretFile,
  type StepSources,
  secretsIn,
  sourcesOf,
} from './step-sources.ts';

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
  /** Absent in what older versions of lamina kept. */
  readonly sources?: StepSources | undefined;
}

export interface KeptMount {
  /** Of a bind mount: the file system that it shows; undefined: it was not recorded before the build was killed. */
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
    const sources = sourcesOf(session, failed.op);
    const detail = await describe(step, { ...failed, ...error.failure, sources }, layers);
    await record(store, { detail, ownLayer: failed.staged.id, bytes: size, now: session.now });
    return withDetails(error, { isKept: true });
  } catch (cause) {
    if (cause instanceof AbortedError) throw cause;
    // A full disk, for one.
    return error;
  }
}

interface Recorded {
  readonly detail: KeptStep;
  readonly ownLayer: LayerId;
  readonly bytes: number;
  readonly now: () => number;
}

async function record(store: Store, { detail, ownLayer, bytes, now }: Recorded): Promise<void> {
  const mounted = detail.mounts.flatMap(({ layers = [] }) => layers);
  store.keptStep.put({
    layers: [...new Set([...detail.layers, ...mounted])],
    ...{ ownLayer, bytes, detail, time: now() },
    description: `failed: ${detail.instruction}`,
  });
  await store.flush();
}

/** What a note beside a running step says. */
interface StepNote {
  /** Without the layer of the step. */
  readonly step: KeptStep;
  readonly treeForm: TreeForm;
  /** All secrets that the step has. */
  readonly secretFiles: readonly SecretFile[];
}

export interface RunningStep extends Pick<FailedStep, 'op' | 'base' | 'caches' | 'staged'> {
  readonly instruction: string;
  readonly secrets: readonly SecretText[];
}

/**
 * Notes what a step is that is about to run, in case this process is killed. Not for a step with secrets that are in no file: nobody could look for them
 * in what it leaves; nor where a copy of its base ends with this process.
 */
export async function noteRunningStep(
  session: BuildSession,
  step: StepContext,
  { instruction, op, base, caches, staged, secrets }: RunningStep,
): Promise<Disposable | undefined> {
  const { idMap, xattrFlavour, mounts } = session.runtime.capabilities;
  const sources = sourcesOf(session, op);
  const secretFiles = filesOf(secrets, sources);
  if (secretFiles === undefined) return undefined;
  if (mounts.overlay && isOnOverlay(Buffer.from(staged.directory).toString('latin1'))) {
    return undefined;
  }
  const note: StepNote = {
    step: await describe(step, { op, caches, instruction, sources }, base.layers),
    treeForm: { idMap, xattrFlavour },
    secretFiles,
  };
  return noteStep(staged.directory, note, { isPrivate: secretFiles.length > 0 });
}

/**
 * Keeps the step that a killed build was running, as one that failed.
 *
 * @returns undefined if there is none, or its base has not been recorded yet
 */
export async function keepInterruptedStep(
  store: Store,
  { now, signal }: { readonly now: () => number; readonly signal?: AbortSignal | undefined },
): Promise<KeptStep | undefined> {
  const adopted = await store.adoptInterruptedStep();
  if (adopted === undefined) return undefined;
  const { staged } = adopted;
  // The note is our own: another version may have written it.
  const { step, treeForm, secretFiles = [] } = (adopted.note ?? {}) as Partial<StepNote>;
  const isKnown = (id: LayerId) => store.layers.get(id) !== undefined;
  const secrets = secretsIn(secretFiles);
  const isWhole = step?.version === 1 && treeForm !== undefined && secrets !== undefined;
  if (!isWhole || !step.layers.every(isKnown)) {
    await staged.discard();
    return undefined;
  }
  await ensureLayers(store, step.layers, { signal });
  const base = MergedTree.of(store, step.layers);
  const tree = { base, form: treeForm, secrets, signal };
  const { size, files } = await indexLeftTree(staged.directory, tree);
  const meta = await staged.commit({
    ...{ tree: true, tar: false, size, files, times: 'clamp', created: now() },
    treeForm: recordedForm(treeForm),
  });
  // Others of a build that was killed soon after may not be.
  const mounts = step.mounts.map((mount) => (mount.layers?.every(isKnown) === false ? {} : mount));
  const detail: KeptStep = { ...step, layers: [...step.layers, meta.id], mounts };
  await record(store, { detail, ownLayer: meta.id, bytes: size, now });
  return detail;
}

type DescribedStep = Pick<FailedStep, 'op' | 'caches'> &
  Pick<KeptStep, 'instruction' | 'exitCode' | 'signal' | 'sources'>;

async function describe(
  { info, inputs }: StepContext,
  { op, caches, instruction, exitCode, signal, sources }: DescribedStep,
  layers: readonly LayerId[],
): Promise<KeptStep> {
  const location = info.locations.instruction;
  const mounts = op.mounts.map(async (mount): Promise<KeptMount> => {
    if (mount.kind === 'bind') return { layers: (await inputs.result(mount.input)).layers };
    return mount.kind === 'cache' ? { cache: caches.key(mount) } : {};
  });
  return {
    ...{ version: 1, instruction, exitCode, signal, op, layers, sources },
    ...{ file: location?.file, line: location?.range.start.line },
    mounts: await Promise.all(mounts),
  };
}
