/** The way of a build: Dockerfile → plan → solve → image → outputs. */
import { availableParallelism } from 'node:os';
import type { Warning } from '../errors.ts';
import { reachable } from '../graph/index.ts';
import { LowerSource } from '../layers/index.ts';
import { formatReference, hostPlatform, parseReference } from '../oci/index.ts';
import { ExtraCertificates } from '../ops/index.ts';
import { type BuildPlan, planBuild, type ResolveImage } from '../plan/index.ts';
import type { Emit } from '../progress/index.ts';
import { Sandbox } from '../runtime/index.ts';
import { Solver, type VertexResult } from '../solver/index.ts';
import { defaultRoot, Store } from '../store/index.ts';
import { imageResolver } from './base-images.ts';
import { cacheRecords } from './cache-records.ts';
import { runChecks, SeenImages } from './checks.ts';
import { type Definition, readDefinition } from './definition.ts';
import { driversOf } from './drivers/index.ts';
import { exportResult } from './export-result.ts';
import { exportedVertices } from './exported-vertices.ts';
import { fetchContext } from './fetched-context.ts';
import { asStep } from './internal-step.ts';
import { LazySandbox } from './lazy-sandbox.ts';
import { explainMissingSource } from './missing-source.ts';
import { openContexts } from './open-contexts.ts';
import type { BuildOptions, BuildResult } from './options.ts';
import { checkOutputs } from './outputs.ts';
import { BuildSecrets } from './secrets.ts';
import { type BuildSession, treesOf } from './session.ts';
import { SshAgents } from './ssh/ssh-agents.ts';
import { internalStep, stepInfos } from './step-infos.ts';
import { summarize } from './summary.ts';
import { targetPlatform } from './target-platform.ts';

/** What all parts of one build work with. */
export interface BuildRun {
  readonly options: BuildOptions;
  readonly store: Store;
  readonly emit: Emit;
  readonly warn: (warning: Warning) => void;
  readonly warnings: readonly Warning[];
  readonly signal: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Builds an image from a Dockerfile.
 *
 * @returns ids and digests of the image, a summary, and all warnings
 * @throws StepError when a RUN fails; AbortedError when the signal ended the build; AppError for everything else a
 *   user can meet. Of a failed build the store keeps the steps that were finished.
 */
export async function build(options: BuildOptions): Promise<BuildResult> {
  options.signal?.throwIfAborted();
  checkOutputs(options);
  const references = (options.tags ?? []).map((tag) => formatReference(parseReference(tag)));
  await using store = await Store.open({ root: options.root ?? defaultRoot(options.env ?? {}) });
  const run = beginRun(options, store);
  const started = run.now();
  const secrets = new BuildSecrets(options, run.warn);
  await using sshAgents = new SshAgents({
    ...options,
    temporaryDirectory: () => store.temporaryDirectory(),
  });
  const definition = await loadDefinition(run);
  const bases = new SeenImages(imageResolver(store));
  const plan = await makePlan(run, definition, bases.resolve);
  await runChecks(run, definition, bases);
  await using sandbox = new LazySandbox(() => startSandbox(run));
  const { solver, result, stepOf } = await solve(run, plan, {
    definition,
    sandbox,
    secrets,
    sshAgents,
  });
  const exported = await exportResult(run, { plan, result, references });
  const summary = await summarize({
    store,
    plan,
    solver,
    result,
    stepOf: ({ id }) => stepOf(id),
    baseLayers: exported.baseLayers,
    baseName: plan.image.base?.name,
    durationMs: run.now() - started,
  });
  run.emit({ kind: 'build.summary', time: run.now(), summary });
  return { ...exported.result, summary, warnings: run.warnings };
}

export function beginRun(options: BuildOptions, store: Store): BuildRun {
  const emit = options.onEvent ?? (() => undefined);
  const warnings: Warning[] = [];
  const now = Date.now;
  const warn = (warning: Warning) => {
    warnings.push(warning);
    emit({ kind: 'warning', time: now(), warning });
  };
  const signal = options.signal ?? new AbortController().signal;
  return { options, store, emit, warn, warnings, signal, now };
}

export async function loadDefinition(run: BuildRun): Promise<Definition> {
  const fetched = await fetchContext(run);
  const step = internalStep('definition', '[internal] load build definition from Dockerfile');
  const definition = await asStep({ ...run, step }, async (report) => {
    const read = await readDefinition(run.options, run.store, fetched);
    report({ label: 'transferring dockerfile', current: read.size, unit: 'bytes' });
    return read;
  });
  for (const warning of definition.warnings) run.warn(warning);
  return definition;
}

export async function makePlan(
  run: BuildRun,
  definition: Definition,
  resolveImage: ResolveImage,
): Promise<BuildPlan> {
  const { options } = run;
  const plan = await planBuild({
    tree: definition.tree,
    instructions: definition.instructions,
    target: options.target,
    buildArgs: buildArguments(options),
    labels: options.labels ?? {},
    platform: targetPlatform(options),
    buildPlatform: hostPlatform(),
    noCache: options.noCache ?? false,
    noCacheFilter: options.noCacheFilter ?? [],
    network: options.network ?? 'host',
    extraHosts: options.addHosts ?? [],
    shmSize: options.shmSize,
    ulimits: options.ulimits ?? [],
    allow: options.allow ?? [],
    resolveImage,
    contexts: new Map([...definition.contexts].map(([name, { source }]) => [name, source])),
  });
  for (const warning of plan.warnings) run.warn(warning);
  return plan;
}

/** The epoch is a build argument too, for a Dockerfile that declares it. */
function buildArguments({ buildArgs = {}, sourceDateEpoch }: BuildOptions): Map<string, string> {
  const epoch = sourceDateEpoch === undefined ? {} : { SOURCE_DATE_EPOCH: String(sourceDateEpoch) };
  return new Map(Object.entries({ ...epoch, ...buildArgs }));
}

interface SolveInput {
  readonly definition: Definition;
  readonly sandbox: LazySandbox;
  readonly secrets: BuildSecrets;
  readonly sshAgents: SshAgents;
}

async function solve(run: BuildRun, plan: BuildPlan, input: SolveInput) {
  const { definition, sandbox, secrets, sshAgents } = input;
  const { store, emit, signal, now, options } = run;
  const contexts = await openContexts(run, plan, definition);
  const stepOf = stepInfos(plan.graph);
  const exported = exportedVertices(plan.graph, plan.target);
  const session: BuildSession = {
    store,
    emit,
    now,
    stepOf,
    warn: run.warn,
    secrets,
    sshAgents,
    // With an epoch it is another tar that is exported.
    isExported: (id) => options.sourceDateEpoch === undefined && exported.has(id),
    treeOf: treesOf(store),
    lowers: new LowerSource(store),
    contextAt: (vertex, input) => {
      const id = vertex.inputs[input];
      const source = id === undefined || id === 'scratch' ? undefined : plan.graph.vertices.get(id);
      return source?.op.kind === 'context' ? contexts.get(source.op.name) : undefined;
    },
    env: options.env ?? {},
    sandbox: () => sandbox.get(),
    certificates: await extraCertificates(run),
  };
  const solver = new Solver({
    graph: plan.graph,
    driverOf: driversOf(session),
    records: cacheRecords(store),
    stepOf,
    emit,
    jobs: options.jobs ?? defaultJobs(),
    signal,
    now,
  });
  emit({
    kind: 'build.planned',
    time: now(),
    steps: reachable(plan.graph, [plan.target]).map(({ id }) => stepOf(id)),
  });
  const facts = { instructions: definition.instructions, plan, solver, session };
  const result: VertexResult = await solver.solve(plan.target).catch(async (error: unknown) => {
    throw await explainMissingSource(error, facts);
  });
  for (const context of contexts.values()) context.save();
  return { solver, result, stepOf };
}

/** More than there are cores: steps often wait, for networks and disks. */
function defaultJobs(): number {
  return Math.max(8, 2 * availableParallelism());
}

async function startSandbox(run: BuildRun): Promise<Sandbox> {
  const directory = await run.store.temporaryDirectory();
  const stateDirectory = Buffer.from(directory).toString('latin1');
  const env = { ...run.options.env };
  return Sandbox.start({ stateDirectory, env, signal: run.signal });
}

function extraCertificates({ options, store }: BuildRun): Promise<ExtraCertificates> | undefined {
  const sources = options.caCertificates ?? [];
  if (sources.length === 0) return undefined;
  return ExtraCertificates.open(sources, () => store.temporaryDirectory());
}
