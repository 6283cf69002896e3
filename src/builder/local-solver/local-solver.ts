/** The solver of this machine: one scheduler for all platforms of a build, with the drivers of `drivers/`. */

import type { BuildFacts } from '../../cache/index.ts';
import { jointSignal } from '../../concurrency/index.ts';
import { mergeGraphs, reachable } from '../../graph/index.ts';
import { repoDigests } from '../../image/index.ts';
import { LowerSource } from '../../layers/index.ts';
import { type Digest, parseReference } from '../../oci/index.ts';
import { ExtraCertificates } from '../../ops/index.ts';
import { type OpenRuntime, openRuntime, type Runtime } from '../../runtime/index.ts';
import { Scheduler } from '../../solver/index.ts';
import type { Store } from '../../store/index.ts';
import { openContexts } from '../contexts/open-contexts.ts';
import { RemoteLogins } from '../credentials/remote-logins.ts';
import { BuildSecrets } from '../credentials/secrets.ts';
import { SshAgents } from '../credentials/ssh-agents.ts';
import { driversOf } from '../drivers/index.ts';
import type { BuildRun } from '../run/build-run.ts';
import { defaultJobs } from '../session/jobs.ts';
import { type BuildSession, treesOf } from '../session/session.ts';
import { cacheRecords } from '../session/stored-records.ts';
import type { SolvedBuild, SolveRequest, Solver } from '../solver/solver.ts';
import { stepInfos } from '../steps/step-infos.ts';
import { explainFailure } from './explain-failure.ts';
import { exportedVertices } from './exported-vertices.ts';
import { renewCacheMounts } from './renew-cache-mounts.ts';

export interface LocalSolverParts {
  /** Opens the runtime of the steps; this machine's by default. */
  readonly openRuntime?: OpenRuntime | undefined;
}

export function localSolver({ openRuntime: open = openRuntime }: LocalSolverParts = {}): Solver {
  return { solve: (request) => solveHere(request, open) };
}

async function solveHere(request: SolveRequest, open: OpenRuntime): Promise<SolvedBuild> {
  const { run, plans, caches, keepsCacheMounts } = request;
  const { options, env, store } = run;
  const secrets = new BuildSecrets(options, run);
  await using sshAgents = new SshAgents({
    ...options,
    env,
    temporaryDirectory: () => store.temporaryDirectory(),
  });
  await using runtime = open({
    temporaryDirectory: () => store.temporaryDirectory(),
    env,
    isolation: options.isolation,
    signal: run.signal,
  });
  if (!keepsCacheMounts) {
    caches.renewed(await renewCacheMounts(store, plans, () => runtime.capabilities));
  }
  return await solveWith(request, { runtime, secrets, sshAgents });
}

/** Resources that live as long as the steps. */
interface Resources {
  readonly runtime: Runtime;
  readonly secrets: BuildSecrets;
  readonly sshAgents: SshAgents;
}

async function solveWith(
  { run, definition, plans, caches, observe }: SolveRequest,
  { runtime, secrets, sshAgents }: Resources,
): Promise<SolvedBuild> {
  const { store, env, emit, signal, now, options } = run;
  const graph = mergeGraphs(plans.map((plan) => plan.graph));
  const targets = plans.map(({ target }) => target);
  const needed = reachable(graph, targets);
  using opened = await openContexts(run, needed, definition.contexts);
  const { contexts } = opened;
  const stepOf = stepInfos(graph);
  const exported = new Set(targets.flatMap((target) => [...exportedVertices(graph, target)]));
  // Fetching layers outside of the solver ends with the first failure too.
  const failure = new AbortController();
  const trees = treesOf({ ...run, signal: jointSignal(signal, failure.signal) });
  const session: BuildSession = {
    store,
    emit,
    now,
    stepOf,
    warn: run.warn,
    onListed: run.onListed,
    isListed: run.isListed,
    secrets,
    sshAgents,
    logins: new RemoteLogins({
      ...{ options, secrets, sshAgents },
      temporaryDirectory: () => store.temporaryDirectory(),
    }),
    // With an epoch another tar is exported.
    isExported: (id) => options.sourceDateEpoch === undefined && exported.has(id),
    treeOf: trees.treeOf,
    lowers: new LowerSource(store, () => ({
      form: runtime.capabilities,
      erofs: runtime.capabilities.mounts.erofs,
    })),
    contextAt: (vertex, input) => {
      const id = vertex.inputs[input];
      const source = id === undefined || id === 'scratch' ? undefined : graph.vertices.get(id);
      return source?.op.kind === 'context' ? contexts.get(source.op.name) : undefined;
    },
    env,
    mountSeed: caches.mountSeed,
    limits: { limits: options.limits, cgroupParent: options.cgroupParent },
    runtime,
    tellIsolation: isolationTeller(runtime, run),
    certificates: await extraCertificates(run),
  };
  const scheduler = new Scheduler({
    graph,
    driverOf: driversOf(session),
    records: caches.records(cacheRecords(store, caches.areLost), {
      graph,
      contextOf: (name) => contexts.get(name),
      imageOf: (imageId) => imageIn(store, imageId),
      epoch: options.sourceDateEpoch,
    }),
    stepOf,
    emit,
    jobs: options.jobs ?? defaultJobs(),
    signal,
    failure,
    warn: run.warn,
    now,
  });
  observe?.({ reports: () => scheduler.reports(), identified: () => scheduler.identified() });
  emit({ kind: 'build.planned', time: now(), steps: needed.map(({ id }) => stepOf(id)) });
  const stages = plans.flatMap((plan) => plan.stages);
  const isWithoutContext =
    options.context === '-' && definition.contexts.get('context')?.source.kind === 'local';
  const instructions = [...definition.instructions, ...plans.flatMap(({ triggers }) => triggers)];
  const instructionOf = new Map(plans.flatMap((plan) => [...plan.instructionOf]));
  const facts = { instructions, instructionOf, stages, scheduler, session, isWithoutContext };
  const results = await scheduler.solveAll(targets).catch(async (error: unknown) => {
    throw await explainFailure(error, facts);
  });
  await caches.read(needed.map(({ id }) => id));
  for (const context of contexts.values()) context.save();
  trees.save();
  return {
    results: results.map(({ layers }) => ({ kind: 'layers', layers })),
    steps: scheduler.reports().map(({ id, ...report }) => ({ step: stepOf(id), ...report })),
    layersOf: async (target) => (await scheduler.peek(target))?.layers,
    portable: () => scheduler.portable(),
  };
}

/** Emits the event once. */
function isolationTeller(runtime: Runtime, { emit, now }: BuildRun): () => void {
  let isTold = false;
  return () => {
    if (isTold) return;
    isTold = true;
    const { isolation, lacks } = runtime;
    emit({ kind: 'build.isolation', time: now(), isolation, lacks });
  };
}

function imageIn(store: Store, imageId: Digest): ReturnType<BuildFacts['imageOf']> {
  const image = store.images.get(imageId);
  if (image === undefined) return undefined;
  const named = repoDigests(store, imageId).flatMap((name) => parseReference(name).digest ?? []);
  return {
    diffIds: image.layers.map(({ diffId }) => diffId),
    manifests: [...new Set([image.manifestDigest, ...named])],
  };
}

function extraCertificates({ options, store }: BuildRun): Promise<ExtraCertificates> | undefined {
  const sources = options.caCertificates ?? [];
  if (sources.length === 0) return undefined;
  return ExtraCertificates.open(sources, () => store.temporaryDirectory());
}
