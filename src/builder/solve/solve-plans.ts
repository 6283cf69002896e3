/** Plans become layers: one solver for all platforms of a build. */
import type { BuildFacts } from '../../cache/index.ts';
import { mergeGraphs, reachable, type VertexId } from '../../graph/index.ts';
import { repoDigests } from '../../image/index.ts';
import { LowerSource } from '../../layers/index.ts';
import { type Digest, parseReference } from '../../oci/index.ts';
import { ExtraCertificates } from '../../ops/index.ts';
import type { BuildPlan } from '../../plan/index.ts';
import type { StepInfo } from '../../progress/index.ts';
import { Sandbox } from '../../runtime/index.ts';
import { Solver, type VertexResult } from '../../solver/index.ts';
import type { Store } from '../../store/index.ts';
import { jointSignal } from '../../system/index.ts';
import type { BuildCaches } from '../caches/index.ts';
import { openContexts } from '../contexts/open-contexts.ts';
import { RemoteLogins } from '../credentials/remote-logins.ts';
import { BuildSecrets } from '../credentials/secrets.ts';
import { SshAgents } from '../credentials/ssh-agents.ts';
import type { Definition } from '../definition/definition.ts';
import { driversOf } from '../drivers/index.ts';
import type { BuildRun } from '../run.ts';
import { stepInfos } from '../steps/step-infos.ts';
import { cacheRecords } from './cache-records.ts';
import { exportedVertices } from './exported-vertices.ts';
import { defaultJobs } from './jobs.ts';
import { LazySandbox } from './lazy-sandbox.ts';
import { explainMissingSource } from './missing-source.ts';
import { placeFault } from './place-fault.ts';
import { type BuildSession, treesOf } from './session.ts';

export interface SolvedPlans {
  readonly solver: Solver;
  /** One for each plan, in their order. */
  readonly results: readonly VertexResult[];
  readonly stepOf: (id: VertexId) => StepInfo;
}

/**
 * Makes what the plans need, each thing once.
 * @throws the first failure of a step, after everything that was running has ended
 */
export async function solvePlans(
  run: BuildRun,
  plans: readonly BuildPlan[],
  definition: Definition,
  caches: BuildCaches,
): Promise<SolvedPlans> {
  const { options, store } = run;
  const secrets = new BuildSecrets(options, run.warn);
  await using sshAgents = new SshAgents({
    ...options,
    temporaryDirectory: () => store.temporaryDirectory(),
  });
  await using sandbox = new LazySandbox(() => startSandbox(run));
  return await solve(run, plans, { definition, caches, sandbox, secrets, sshAgents });
}

interface SolveInput {
  readonly definition: Definition;
  readonly caches: BuildCaches;
  readonly sandbox: LazySandbox;
  readonly secrets: BuildSecrets;
  readonly sshAgents: SshAgents;
}

async function solve(
  run: BuildRun,
  plans: readonly BuildPlan[],
  input: SolveInput,
): Promise<SolvedPlans> {
  const { definition, caches, sandbox, secrets, sshAgents } = input;
  const { store, emit, signal, now, options } = run;
  const graph = mergeGraphs(plans.map((plan) => plan.graph));
  const targets = plans.map(({ target }) => target);
  const needed = reachable(graph, targets);
  using opened = await openContexts(run, needed, definition);
  const { contexts } = opened;
  const stepOf = stepInfos(graph);
  const exported = new Set(targets.flatMap((target) => [...exportedVertices(graph, target)]));
  // What fetches layers outside of the solver ends with the first failure too.
  const failure = new AbortController();
  const session: BuildSession = {
    store,
    emit,
    now,
    stepOf,
    warn: run.warn,
    secrets,
    sshAgents,
    logins: new RemoteLogins({
      ...{ options, secrets, sshAgents },
      temporaryDirectory: () => store.temporaryDirectory(),
    }),
    // With an epoch it is another tar that is exported.
    isExported: (id) => options.sourceDateEpoch === undefined && exported.has(id),
    treeOf: treesOf({ ...run, signal: jointSignal(signal, failure.signal) }),
    lowers: new LowerSource(store),
    contextAt: (vertex, input) => {
      const id = vertex.inputs[input];
      const source = id === undefined || id === 'scratch' ? undefined : graph.vertices.get(id);
      return source?.op.kind === 'context' ? contexts.get(source.op.name) : undefined;
    },
    env: options.env ?? {},
    mountSeed: caches.mountSeed,
    limits: { limits: options.limits, cgroupParent: options.cgroupParent },
    sandbox: () => sandbox.get(),
    certificates: await extraCertificates(run),
  };
  const solver = new Solver({
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
  emit({ kind: 'build.planned', time: now(), steps: needed.map(({ id }) => stepOf(id)) });
  const stages = plans.flatMap((plan) => plan.stages);
  const isWithoutContext =
    options.context === '-' && definition.contexts.get('context')?.source.kind === 'local';
  const instructions = [...definition.instructions, ...plans.flatMap(({ triggers }) => triggers)];
  const facts = { instructions, stages, solver, session, isWithoutContext };
  const results = await solver.solveAll(targets).catch(async (error: unknown) => {
    throw placeFault(await explainMissingSource(error, facts), instructions);
  });
  for (const context of contexts.values()) context.save();
  return { solver, results, stepOf };
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
