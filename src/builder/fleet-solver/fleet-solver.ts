/**
 * The solver that hands the graph to a BuildKit daemon. This machine plans, serves contexts, secrets, agents and logins
 * while the daemon works, and receives the layers that it does not have.
 */
import { resolve } from 'node:path';
import type { MachineLoads } from '../../concurrency/index.ts';
import { AppError } from '../../errors.ts';
import {
  type BlobShelf,
  encodeDefinition,
  type Resources,
  type SentTree,
  type SessionOptions,
} from '../../fleet/index.ts';
import {
  type Graph,
  mergeGraphs,
  reachable,
  type Vertex,
  type VertexId,
} from '../../graph/index.ts';
import { GrpcError } from '../../grpc/index.ts';
import { sourceBlobOf } from '../../layers/index.ts';
import { LlbTranslator } from '../../llb/index.ts';
import { formatPlatform } from '../../oci/index.ts';
import type { BuildPlan } from '../../plan/index.ts';
import type { LayerId } from '../../store/index.ts';
import { type OpenContexts, openContexts, sourcesOf } from '../contexts/open-contexts.ts';
import { BuildSecrets } from '../credentials/secrets.ts';
import { SshAgents } from '../credentials/ssh-agents.ts';
import type { BuildRun } from '../run/build-run.ts';
import type { SolvedBuild, SolveRequest, Solver } from '../solver/solver.ts';
import { asStep } from '../steps/internal-step.ts';
import { internalStep, stepInfos } from '../steps/step-infos.ts';
import { FleetCaches } from './caches.ts';
import type { FleetNode } from './choose-node.ts';
import { dockerOf } from './docker-image.ts';
import { type KeptResult, type Pushing, solveAndKeep } from './exporters.ts';
import { failedDigest } from './failed-vertex.ts';
import { keptBlobSize } from './keep-image.ts';
import { type NodeLink, NodePool } from './node-pool.ts';
import { ReceivedBlobs } from './received-blobs.ts';
import { refuseWrongCopies } from './refuse-wrong-copies.ts';
import { sentTree } from './sent-contexts.ts';
import { SentImages, type SourcesOf, sentSources } from './sent-sources.ts';
import { sendingContext, sessionOf } from './session.ts';
import { solveFailure } from './solve-failure.ts';
import { StepEvents } from './step-events.ts';
import { hasMerge, refuseOldCaches, refuseTooOld } from './too-old.ts';

/** The daemons that build. */
export interface FleetBuilder {
  /** At least one. */
  readonly nodes: readonly FleetNode[];
  /** What other builds of the process have on them. */
  readonly machines: MachineLoads;
}

export function fleetSolver(builder: FleetBuilder): Solver {
  return { solve: (request) => solveThere(request, builder) };
}

async function solveThere(request: SolveRequest, builder: FleetBuilder): Promise<SolvedBuild> {
  const { run, plans, definition } = request;
  const { options, env, store } = run;
  const secrets = new BuildSecrets(options, run);
  await using sshAgents = new SshAgents({
    ...options,
    env,
    temporaryDirectory: () => store.temporaryDirectory(),
  });
  const graph = mergeGraphs(plans.map((plan) => plan.graph));
  const needed = reachable(
    graph,
    plans.map(({ target }) => target),
  );
  using opened = await openContexts(run, needed, definition.contexts);
  const caches = await FleetCaches.open(run, plans.length);
  const parts = { request, builder, graph, opened, caches, secrets, sshAgents };
  const build = new FleetBuild(parts);
  const solved = await build.solve();
  // Facts about files, which the next build need not read again.
  for (const context of opened.contexts.values()) context.save();
  return solved;
}

interface FleetBuildParts {
  readonly request: SolveRequest;
  readonly builder: FleetBuilder;
  readonly graph: Graph;
  readonly opened: OpenContexts;
  readonly caches: FleetCaches;
  readonly secrets: BuildSecrets;
  readonly sshAgents: SshAgents;
}

class FleetBuild {
  readonly #parts: FleetBuildParts;
  readonly #run: BuildRun;
  readonly #events: StepEvents;
  readonly #blobs: ReceivedBlobs;
  readonly #images: SentImages;
  readonly #translators = new Map<boolean, LlbTranslator>();
  /** The first failure of this machine's side, which explains the daemon's. */
  #ownFailure: unknown;
  readonly #solvedPlans = new Set<BuildPlan>();
  /** The operation of the last failure. */
  #failedDigest: string | undefined;

  constructor(parts: FleetBuildParts) {
    this.#parts = parts;
    const { request, graph } = parts;
    const { run } = request;
    this.#run = run;
    const { store, emit, now } = run;
    this.#events = new StepEvents({ graph, emit, now, stepOf: stepInfos(graph) });
    const base = baseBlobs(run, request.plans);
    this.#blobs = new ReceivedBlobs(
      () => store.temporaryDirectory(),
      (digest) => base.get(digest) ?? keptBlobSize(store, digest),
    );
    this.#images = new SentImages(store, run.signal);
  }

  async solve(): Promise<SolvedBuild> {
    const { request, graph } = this.#parts;
    const { plans, observe } = request;
    const { emit, now } = this.#run;
    const events = this.#events;
    observe?.({ reports: () => events.reports(), identified: async () => new Map() });
    const steps = reachable(
      graph,
      plans.map(({ target }) => target),
    );
    refuseWrongCopies(steps, graph);
    const stepOf = stepInfos(graph);
    emit({ kind: 'build.planned', time: now(), steps: steps.map(({ id }) => stepOf(id)) });
    const sourcesOf = await sentSources(
      { store: this.#run.store, images: this.#images, env: this.#run.env },
      graph,
      steps,
    );
    using pool = this.#openPool();
    const results = await this.#all(plans, (plan) => this.#solvePlan(plan, { pool, sourcesOf }));
    const layers = new Map(
      plans.map(({ target }, position) => [target, results[position]?.layers]),
    );
    return {
      results: results.map((one) => ({ kind: 'layers', ...one })),
      steps: events.summaries(),
      layersOf: async (target) => layers.get(target) ?? this.#baseOf(target),
    };
  }

  /** The first failure ends the others. */
  async #all<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
    const results = await Promise.allSettled(items.map(work));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  }

  #openPool(): NodePool {
    const { nodes, machines } = this.#parts.builder;
    const { env, signal, now, options, warn } = this.#run;
    return new NodePool({
      ...{ nodes, machines, env, signal, now },
      session: this.#session(),
      affinity: resolve(options.context),
      onLost: (_, { message }) =>
        warn({
          code: 'BUILDER_NODE_LOST',
          message: `${message}; other nodes take over what it was running`,
          hint: 'steps that had finished there run again, unless a cache from a registry has them',
        }),
    });
  }

  #session(): SessionOptions {
    const { secrets, sshAgents, caches } = this.#parts;
    const run = this.#run;
    return sessionOf({
      ...{ run, secrets, sshAgents },
      treeOf: (name) => this.#sentTree(name),
      sending: (name, send) => sendingContext(run, name, send),
      shelves: new Map<string, BlobShelf>([
        ['export', this.#blobs],
        ['oci:lamina', this.#images],
        ...caches.shelves,
      ]),
      onFailure: (error) => {
        this.#ownFailure ??= error;
      },
    });
  }

  #sentTree(name: string): SentTree | undefined {
    const { graph, opened } = this.#parts;
    const tree = opened.contexts.get(name);
    if (tree === undefined) return undefined;
    const vertices = [...graph.vertices.values()];
    const contexts = vertices.filter(({ op }) => op.kind === 'context' && op.name === name);
    return sentTree(
      tree,
      contexts.flatMap(({ id }) => sourcesOf(vertices, id)),
    );
  }

  async #solvePlan(
    plan: BuildPlan,
    { pool, sourcesOf }: { readonly pool: NodePool; readonly sourcesOf: SourcesOf },
  ): Promise<KeptResult> {
    try {
      const { platform } = plan.image;
      return await pool.run(platform, (link) => this.#solveOn(link, plan, sourcesOf));
    } catch (error) {
      const digest = this.#failedDigest;
      this.#events.end(error instanceof Error ? { digest, error } : undefined);
      throw error;
    }
  }

  #translator(version: string | undefined): LlbTranslator {
    const merges = hasMerge(version);
    const known = this.#translators.get(merges);
    if (known !== undefined) return known;
    const { options, store } = this.#run;
    const translator = new LlbTranslator({
      graph: this.#parts.graph,
      isEmptyImage: (imageId) => store.images.get(imageId)?.layers.length === 0,
      epoch: options.sourceDateEpoch,
      isExact: false,
      merges,
    });
    this.#translators.set(merges, translator);
    return translator;
  }

  async #solveOn(
    { node, daemon, session, version }: NodeLink,
    plan: BuildPlan,
    sourcesOf: SourcesOf,
  ): Promise<KeptResult> {
    const { graph, caches } = this.#parts;
    const { options, store, signal, env } = this.#run;
    const builder = node.dial.name;
    await this.#showNode(node, plan);
    const target = this.#translator(version).stateOf(plan.target);
    if (target === undefined) throw untranslated(builder);
    const base = this.#baseLayers(plan);
    if (target === 'scratch') return { layers: base };
    refuseTooOld(target, { graph, version, builder });
    refuseOldCaches(caches.types, { version, builder });
    const { definition, vertexOf } = encodeDefinition(target, {
      graph,
      sourceOf: sourcesOf(session.id),
      resources: resourcesOf(this.#run),
    });
    this.#events.know(vertexOf);
    const docker = dockerOf(node, env);
    try {
      return await solveAndKeep({
        ...{ daemon, blobs: this.#blobs, docker, pushing: this.#pushing(builder) },
        request: {
          ...{ definition, session: session.id, entitlements: options.allow ?? [] },
          cache: caches.request,
        },
        solving: { signal, onStatus: (update) => this.#events.update(update) },
        keeping: { store, plan, base, signal },
        solved: (answer) => this.#solved(plan, answer),
      });
    } catch (error) {
      throw await this.#failure(error, builder);
    }
  }

  /** Of several nodes, each would push by its own way to the registry. */
  #pushing(builder: string): Pushing | undefined {
    const { builder: fleet, request } = this.#parts;
    const { env, warn } = this.#run;
    const target = request.pushTarget;
    if (target === undefined || fleet.nodes.length > 1) return undefined;
    const onFailure = (reason: string) =>
      warn({
        code: 'BUILDER_NOT_PUSHED',
        message: `the builder at ${builder} cannot push, so this machine does: ${reason}`,
        hint: 'the daemon needs a way to the registry, and its certificate or a setting for plain HTTP',
      });
    return { target, env, onFailure };
  }

  /** Which of several nodes builds what. */
  async #showNode({ name }: FleetNode, { image }: BuildPlan): Promise<void> {
    if (this.#parts.builder.nodes.length === 1) return;
    const platform = formatPlatform(image.platform);
    const step = internalStep(`${platform} on ${name}`, `[internal] ${platform} on node ${name}`);
    await asStep({ ...this.#run, step }, async () => undefined);
  }

  /** Steps of other plans may still run. */
  async #solved(plan: BuildPlan, answer: Readonly<Record<string, string>>): Promise<void> {
    this.#solvedPlans.add(plan);
    if (this.#solvedPlans.size === this.#parts.request.plans.length) this.#events.end();
    for (const [step, reason] of this.#events.failedCaches()) {
      const message = `the builder could not write a cache (${step}): ${reason}`;
      const hint = 'set ignore-error=false to make the build fail instead';
      this.#run.warn({ code: 'CACHE_NOT_EXPORTED', message, hint });
    }
    await this.#parts.caches.finish(answer);
  }

  async #failure(error: unknown, builder: string): Promise<unknown> {
    const { graph, opened } = this.#parts;
    const events = this.#events;
    const digest = (error instanceof GrpcError && failedDigest(error)) || events.failed();
    const id = digest === undefined ? undefined : events.vertexOf(digest);
    const vertex = id && graph.vertices.get(id);
    this.#failedDigest = digest;
    return await solveFailure(this.#cause(error), {
      ...{ builder, graph, vertex, contexts: opened.contexts },
      outputTail: digest === undefined ? [] : events.tailOf(digest),
      running: events.running().map(({ name }) => name),
      isAborted: this.#run.signal.aborted,
    });
  }

  /** What failed here explains what the daemon says. */
  #cause(error: unknown): unknown {
    return this.#ownFailure instanceof AppError ? this.#ownFailure : error;
  }

  /** The layers of the image that a target begins with. */
  #baseLayers({ graph, target }: BuildPlan): readonly LayerId[] {
    let id: VertexId | 'scratch' | undefined = target;
    for (;;) {
      const vertex: Vertex | undefined =
        id === undefined || id === 'scratch' ? undefined : graph.vertices.get(id);
      if (vertex === undefined) return [];
      const base = this.#baseOf(vertex.id);
      if (base !== undefined) return base;
      id = vertex.inputs[0];
    }
  }

  #baseOf(target: VertexId | 'scratch'): readonly LayerId[] | undefined {
    if (target === 'scratch') return [];
    const op = this.#parts.graph.vertices.get(target)?.op;
    if (op?.kind !== 'image') return undefined;
    return this.#run.store.images.get(op.imageId)?.layers.map(({ id }) => id);
  }
}

/** Blobs of the base images with their sizes: known by their descriptors, they need not be sent. */
function baseBlobs({ store }: BuildRun, plans: readonly BuildPlan[]): ReadonlyMap<string, number> {
  const known = new Map<string, number>();
  for (const { graph } of plans) {
    for (const { op } of graph.vertices.values()) {
      if (op.kind !== 'image') continue;
      for (const { id, diffId } of store.images.get(op.imageId)?.layers ?? []) {
        const blob = store.layers.get(id)?.lazy?.descriptor ?? sourceBlobOf(store, diffId);
        if (blob !== undefined) known.set(blob.digest, blob.size);
      }
    }
  }
  return known;
}

function resourcesOf({ options }: BuildRun): Resources | undefined {
  if (options.limits === undefined) return undefined;
  const { memory, memorySwap, cpuShares, cpuPeriod, cpuQuota, cpusetCpus, cpusetMems } =
    options.limits;
  return { memory, memorySwap, cpuShares, cpuPeriod, cpuQuota, cpusetCpus, cpusetMems };
}

function untranslated(builder: string): AppError {
  return new AppError(
    'BUILDER_UNSUPPORTED',
    `a step cannot be built by the builder at ${builder}`,
    {
      hint: 'BuildKit has no operation for it; build on this machine instead',
    },
  );
}
