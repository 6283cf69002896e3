/**
 * RUN. Its key covers the operation, the key of its base (not the files), and the content of files mounted from other
 * file systems. Secrets and cache mounts are not part of it.
 */
import { StepError } from '../../errors.ts';
import type { ExecOp } from '../../graph/index.ts';
import { cacheKey, mountRules } from '../../graph/index.ts';
import type { LowerDirectory } from '../../layers/index.ts';
import { formatPlatform } from '../../oci/index.ts';
import { type RunStepOptions, runStep, type SecretLeak } from '../../ops/index.ts';
import { emulationFor, isMountFailure } from '../../runtime/index.ts';
import type { OpDriver, StepContext, VertexResult } from '../../solver/index.ts';
import type { StepWarning } from '../../store/index.ts';
import type { BuildSession } from '../session/session.ts';
import { CacheMounts } from './cache-mounts.ts';
import { keepFailedStep, noteRunningStep } from './keep-failed-step.ts';
import { keepLayer, withStagedLayer } from './own-layer.ts';
import { mountDigests, openMounts } from './run-mounts.ts';

export function execDriver(session: BuildSession): OpDriver {
  return {
    recorded: true,
    key: async (step) => {
      const op = execOp(step);
      const [below, ...content] = await Promise.all([
        step.inputs.key(0),
        ...mountDigests(session, step, op),
      ]);
      return { key: cacheKey({ op: keyed(op), inputs: [below], content }), content };
    },
    isShared: true,
    prepare: () => session.runtime.warmUp(),
    execute: async (step) => {
      const base = await step.inputs.result(0);
      await session.runtime.check();
      session.tellIsolation();
      // Taken before a slot: waiting for a cache must not keep others from working.
      using caches = await CacheMounts.hold(session, step, execOp(step));
      return await step.working(() => run(session, step, { base, caches }));
    },
  };
}

interface RunInputs {
  readonly base: VertexResult;
  readonly caches: CacheMounts;
}

function run(
  session: BuildSession,
  step: StepContext,
  { base, caches }: RunInputs,
): Promise<VertexResult> {
  const info = session.stepOf(step.vertex.id);
  const op = execOp(step);
  return withStagedLayer(session, async (staged) => {
    const { signal } = step;
    const tree = await session.treeOf(base.layers);
    const trust = await session.certificates?.forStep(tree);
    const emulator = await emulatorOf(session, step, op);
    await using opened = await openMounts(session, step, { op, caches });
    const settingsFor = (lowers: readonly LowerDirectory[]): RunStepOptions => ({
      runtime: session.runtime,
      lowers: lowers.slice(0, base.layers.length),
      base: tree,
      directory: staged.directory,
      mounts: opened.mounts(lowers.slice(base.layers.length)),
      env: environment(op.env, step.info.proxyEnv ?? [], opened.env),
      secrets: opened.secrets,
      emulator,
      hostEnv: session.env,
      trust,
      ...session.limits,
      instruction: step.info.instruction ?? step.info.name,
      signal,
      onOutput: (stream, data) =>
        session.emit({ kind: 'step.log', time: session.now(), step: info, stream, data }),
    });
    const runWith = async (lowers: readonly LowerDirectory[]) => {
      const settings = settingsFor(lowers);
      const { instruction, secrets } = settings;
      const noted = { op, base, caches, staged, instruction, secrets };
      using _ = await noteRunningStep(session, step, noted);
      try {
        return await runStep(op, settings);
      } catch (error) {
        if (!(error instanceof StepError)) throw error;
        throw await keepFailedStep(session, step, { error, op, base, caches, settings, staged });
      }
    };
    const layers = [...base.layers, ...opened.layers];
    const use = { isMountFailure, signal };
    const { size, files, leaks } = await session.lowers.use(layers, runWith, use);
    const warnings = leakWarnings(step, leaks);
    return keepLayer(session, staged, base, {
      form: 'tree',
      treeForm: session.runtime.capabilities,
      size,
      files,
      times: 'clamp',
      warnings,
    });
  });
}

/** The emulator for the step's programs, if neither the processor nor the kernel runs them. */
async function emulatorOf(
  session: BuildSession,
  { info }: StepContext,
  { platform }: ExecOp,
): Promise<string | undefined> {
  const emulation = await emulationFor(platform, session.env);
  if (emulation.kind === 'none') return undefined;
  session.warn({
    code: 'EMULATOR_UNREGISTERED',
    message: `the kernel has no emulator for ${formatPlatform(platform)}: ${brief(info.name)} runs, but cannot start other programs`,
    hint: 'register one with binfmt_misc and the flag F: see `lamina explain platforms`',
    location: info.locations.instruction,
  });
  return emulation.path;
}

/** As in BuildKit: proxies come before the image's variables, and secrets before all. */
function environment(
  own: readonly string[],
  proxies: readonly string[],
  secrets: readonly string[],
): readonly string[] {
  const names = (lines: readonly string[]) => new Set(lines.map(nameOf));
  const secret = names(secrets);
  const proxy = names(proxies);
  return [...own.filter((line) => !proxy.has(nameOf(line))), ...proxies]
    .filter((line) => !secret.has(nameOf(line)))
    .concat(secrets);
}

function nameOf(variable: string): string {
  return variable.slice(0, variable.indexOf('='));
}

/** The first few files of each secret: enough to show what the step does. */
const NAMED_LEAKS = 3;
const NAME_LENGTH = 60;

function leakWarnings({ info }: StepContext, leaks: readonly SecretLeak[]): readonly StepWarning[] {
  return [...new Set(leaks.map((leak) => leak.id))].map((id) => {
    const paths = leaks.filter((leak) => leak.id === id).map(leakLocation);
    const more = paths.length > NAMED_LEAKS ? ` and ${paths.length - NAMED_LEAKS} more` : '';
    const named = paths.slice(0, NAMED_LEAKS).join(', ');
    return {
      code: 'SECRET_IN_LAYER',
      message: `the secret '${id}' was copied into the layer of ${brief(info.instruction ?? info.name)}: ${named}${more}`,
      hint: 'use the secret only where it is mounted; removing it in a later step leaves it in the image',
    };
  });
}

function leakLocation({ path, written }: SecretLeak): string {
  return written === undefined ? path : `${path} (${written})`;
}

function brief(name: string): string {
  return name.length <= NAME_LENGTH ? name : `${name.slice(0, NAME_LENGTH - 1)}…`;
}

/** The parts of the operation that decide its result: the address of an added host may change between builds. */
function keyed(op: ExecOp): ExecOp {
  return {
    ...op,
    extraHosts: op.extraHosts.map(({ name }) => ({ name, address: '' })),
    mounts: op.mounts.map((mount) => mountRules(mount).keyed()),
  };
}

function execOp(step: StepContext): ExecOp {
  if (step.vertex.op.kind !== 'exec') throw new Error('not a run');
  return step.vertex.op;
}
