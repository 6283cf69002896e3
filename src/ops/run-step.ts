/** RUN: a process in the current file system; its changes become the layer. */
import { mkdir } from 'node:fs/promises';
import type { Environment } from '../environment.ts';
import { AppError, faultIn } from '../errors.ts';
import type { FileTree } from '../files/index.ts';
import type { ExecOp } from '../graph/index.ts';
import {
  type IndexTreeOptions,
  indexTree,
  type LayerIndex,
  TREE_DIRECTORY,
  writeIndex,
} from '../layers/index.ts';
import {
  explainedStart,
  type LowerDirectory,
  type ProcessRequest,
  type ProcessSpec,
  prepareProcess,
  programContext,
  type ResourceLimits,
  type Runtime,
  type WantedMount,
} from '../runtime/index.ts';
import { removeTraces, type StepTrust } from './ca-certificates/index.ts';
import { OutputTail } from './output-tail.ts';
import { removeSecrets } from './remove-secrets.ts';
import { findSecrets, type SecretLeak, SecretMask, type SecretText } from './secrets/index.ts';
import { stepFailure } from './step-failure.ts';

/** Limits of a step's process. */
export interface StepLimits {
  readonly limits?: ResourceLimits | undefined;
  /** Control group that becomes the parent of the step's. */
  readonly cgroupParent?: string | undefined;
}

export interface RunStepOptions extends StepLimits {
  readonly runtime: Runtime;
  /** The merged tree of `lowers`. */
  readonly base: FileTree;
  readonly lowers: readonly LowerDirectory[];
  /** Host directory of the staged layer, for the tree and the index. */
  readonly directory: string;
  readonly mounts: readonly WantedMount[];
  /** The operation's own environment, with proxies and secrets. */
  readonly env: readonly string[];
  /** Secrets that neither the new layer nor the step's output may contain. */
  readonly secrets: readonly SecretText[];
  /** Host path of the emulator for the step's platform, if this machine needs one. */
  readonly emulator?: string | undefined;
  /** Directory of this machine with its emulators, for messages. */
  readonly hostEnv: Environment;
  /** Certificates the step trusts in addition to its image's. */
  readonly trust?: StepTrust | undefined;
  /** The instruction as written, for messages. */
  readonly instruction: string;
  readonly onOutput: (stream: 'stdout' | 'stderr', data: Uint8Array) => void;
  readonly signal: AbortSignal;
}

export interface StepLayer {
  /** Bytes of file content. */
  readonly size: number;
  readonly files: number;
  /** Where the layer contains a secret. */
  readonly leaks: readonly SecretLeak[];
}

/**
 * Runs the step's process and indexes its changes.
 *
 * @throws StepError when the process fails
 * @throws AppError what preparing and running a process throws; AbortedError
 */
export async function runStep(op: ExecOp, options: RunStepOptions): Promise<StepLayer> {
  const upper = `${options.directory}/${TREE_DIRECTORY}`;
  await mkdir(upper, { mode: 0o755, recursive: true });
  const spec = prepare(op, options, upper);
  const tail = new OutputTail();
  const tell: RunStepOptions['onOutput'] = (stream, data) => {
    if (data.length === 0) return;
    tail.push(data);
    options.onOutput(stream, data);
  };
  const masks = {
    stdout: new SecretMask(options.secrets),
    stderr: new SecretMask(options.secrets),
  };
  const { base: tree, hostEnv, instruction } = options;
  const context =
    options.emulator === undefined ? programContext(spec, { tree, hostEnv }) : undefined;
  const running = options.runtime.run(spec, {
    signal: options.signal,
    onOutput: (stream, data) => tell(stream, masks[stream].push(data)),
  });
  const result = await running.catch(async (error: unknown) => {
    throw context === undefined ? error : await explainedStart(error, op.args[0] ?? '', context);
  });
  for (const stream of ['stdout', 'stderr'] as const) tell(stream, masks[stream].flush());
  if (result.exitCode !== 0) {
    throw await stepFailure(op, { instruction, result, outputTail: tail.lines(), context });
  }
  const index = await indexUpper(upper, options, spec.user);
  writeIndex(options.directory, index);
  const leaks = await findSecrets(options.secrets, {
    entries: index.entries,
    directory: upper,
    signal: options.signal,
  });
  return { ...measure(index), leaks };
}

/**
 * Indexes what a failed step left behind, without files that contain a secret, so that people can look into it.
 *
 * @returns its size; the directory is a layer like that of a step that has succeeded
 */
export async function indexFailedStep(options: RunStepOptions): Promise<StepLayer> {
  const upper = `${options.directory}/${TREE_DIRECTORY}`;
  const index = await indexUpper(upper, options);
  const changes = { entries: index.entries, directory: upper, signal: options.signal };
  const isChanged = await removeSecrets(options.secrets, changes);
  const clean = isChanged ? await indexUpper(upper, options) : index;
  writeIndex(options.directory, clean);
  return { ...measure(clean), leaks: [] };
}

/**
 * Indexes what a step had changed when its build was killed, without files that contain a secret.
 * @param directory of its staged layer
 * @param secrets that the step had
 */
export async function indexLeftTree(
  directory: string,
  { secrets, ...tree }: IndexTreeOptions & { readonly secrets: readonly SecretText[] },
): Promise<StepLayer> {
  const upper = `${directory}/${TREE_DIRECTORY}`;
  const index = await indexTree(upper, tree);
  const { signal = new AbortController().signal } = tree;
  const changes = { entries: index.entries, directory: upper, signal };
  const isChanged = await removeSecrets(secrets, changes);
  const clean = isChanged ? await indexTree(upper, tree) : index;
  writeIndex(directory, clean);
  return { ...measure(clean), leaks: [] };
}

function prepare(op: ExecOp, options: RunStepOptions, upper: string): ProcessSpec {
  const request: ProcessRequest = {
    lowers: options.lowers,
    upper: Buffer.from(upper).toString('latin1'),
    args: op.args,
    emulator: options.emulator,
    env: environmentOf(options),
    cwd: op.cwd,
    user: op.user,
    mounts: [...options.mounts, ...scriptMount(op), ...(options.trust?.mounts ?? [])],
    lowerFiles: options.trust?.lowerFiles,
    hostname: op.hostname,
    network: op.network,
    security: op.security,
    extraHosts: op.extraHosts,
    shmSize: op.shmSize,
    ulimits: op.ulimits,
    limits: options.limits,
    cgroupParent: options.cgroupParent,
  };
  try {
    return prepareProcess(request, options.base);
  } catch (error) {
    const target = error instanceof AppError ? error.details?.target : undefined;
    const mount = op.mounts.findIndex((one) => one.target === target);
    return faultIn(mount < 0 ? 'instruction' : `mount:${mount}.target`)(error);
  }
}

function environmentOf({ env, trust }: RunStepOptions): readonly string[] {
  return trust === undefined ? env : trust.environment(env);
}

async function indexUpper(
  upper: string,
  options: RunStepOptions,
  newOwner?: ProcessSpec['user'],
): Promise<LayerIndex> {
  const { base, signal, trust, runtime } = options;
  const tree = { base, form: runtime.capabilities, newOwner, signal };
  const index = await indexTree(upper, tree);
  if (trust === undefined || !removeTraces(upper, index, trust, base)) return index;
  return indexTree(upper, tree);
}

function scriptMount({ script }: ExecOp): readonly WantedMount[] {
  if (script === undefined) return [];
  const content = Buffer.from(script.content).toString('base64');
  return [{ kind: 'file', target: script.path, content, mode: 0o755, uid: 0, gid: 0 }];
}

function measure({ entries }: LayerIndex): Omit<StepLayer, 'leaks'> {
  let size = 0;
  let files = 0;
  const groups = new Set<number>();
  for (const entry of entries) {
    if (entry.kind !== 'entry' || entry.type !== 'file') continue;
    files++;
    if (entry.linkGroup !== undefined && groups.has(entry.linkGroup)) continue;
    if (entry.linkGroup !== undefined) groups.add(entry.linkGroup);
    size += entry.size;
  }
  return { size, files };
}
