/**
 * The solver that hands the graph to a BuildKit daemon. This machine plans, serves contexts, secrets, agents and logins
 * while the daemon works, and receives the layers that it does not have.
 */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import {
  type BlobShelf,
  contentHandlers,
  Daemon,
  type DefinitionFacts,
  type DialOptions,
  encodeDefinition,
  fileSyncHandler,
  loginsHandler,
  type Resources,
  type SentFiles,
  type SentTree,
  type Session,
  secretsHandler,
  sshHandlers,
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
import type { BuildPlan } from '../../plan/index.ts';
import { credentialsFor } from '../../registry/index.ts';
import type { LayerId } from '../../store/index.ts';
import { type OpenContexts, openContexts, sourcesOf } from '../contexts/open-contexts.ts';
import { BuildSecrets } from '../credentials/secrets.ts';
import { SshAgents } from '../credentials/ssh-agents.ts';
import type { BuildRun } from '../run/build-run.ts';
import type { SolvedBuild, SolveRequest, Solver } from '../solver/solver.ts';
import { asStep } from '../steps/internal-step.ts';
import { internalStep, stepInfos } from '../steps/step-infos.ts';
import { cachesOf } from './caches.ts';
import { solveAndKeep } from './exporters.ts';
import { failedDigest } from './failed-vertex.ts';
import { keptBlobSize } from './keep-image.ts';
import { ReceivedBlobs } from './received-blobs.ts';
import { sentTree } from './sent-contexts.ts';
import { SentImages, sentSources } from './sent-sources.ts';
import { solveFailure } from './solve-failure.ts';
import { StepEvents } from './step-events.ts';
import { hasMerge, refuseTooOld } from './too-old.ts';

/** The daemon that builds. */
export type FleetBuilder = Omit<DialOptions, 'env'>;

export function fleetSolver(builder: FleetBuilder): Solver {
  return { solve: (request) => solveThere(request, builder) };
}

async function solveThere(request: SolveRequest, builder: FleetBuilder): Promise<SolvedBuild> {
  const { run, plans, definition } = request;
  const { options, env, store, signal } = run;
  const secrets = new BuildSecrets(options, run);
  await using sshAgents = new SshAgents({
    ...options,
    env,
    temporaryDirectory: () => store.temporaryDirectory(),
  });
  const { daemon, info } = await Daemon.connect({ ...builder, env }, signal);
  using connected = daemon;
  const graph = mergeGraphs(plans.map((plan) => plan.graph));
  const needed = reachable(
    graph,
    plans.map(({ target }) => target),
  );
  using opened = await openContexts(run, needed, definition.contexts);
  const build = new FleetBuild({
    ...{ request, builder, graph, opened, secrets, sshAgents },
    version: info.version,
  });
  return await build.solve(connected);
}

interface FleetBuildParts {
  readonly request: SolveRequest;
  readonly builder: FleetBuilder;
  /** Of the daemon's BuildKit, if it tells. */
  readonly version: string | undefined;
  readonly graph: Graph;
  readonly opened: OpenContexts;
  readonly secrets: BuildSecrets;
  readonly sshAgents: SshAgents;
}

interface Connected extends Pick<DefinitionFacts, 'sourceOf'> {
  readonly daemon: Daemon;
  readonly session: Session;
}

class FleetBuild {
  readonly #parts: FleetBuildParts;
  readonly #run: BuildRun;
  readonly #events: StepEvents;
  readonly #blobs: ReceivedBlobs;
  readonly #images: SentImages;
  readonly #translator: LlbTranslator;
  /** The first failure of this machine's side, which explains the daemon's. */
  #ownFailure: unknown;

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
    this.#translator = new LlbTranslator({
      graph,
      isEmptyImage: (imageId) => store.images.get(imageId)?.layers.length === 0,
      epoch: run.options.sourceDateEpoch,
      isExact: false,
      merges: hasMerge(parts.version),
    });
  }

  async solve(daemon: Daemon): Promise<SolvedBuild> {
    const { request, graph } = this.#parts;
    const { plans, observe } = request;
    const { emit, now } = this.#run;
    const events = this.#events;
    observe?.({ reports: () => events.reports(), identified: async () => new Map() });
    const steps = reachable(
      graph,
      plans.map(({ target }) => target),
    );
    const stepOf = stepInfos(graph);
    emit({ kind: 'build.planned', time: now(), steps: steps.map(({ id }) => stepOf(id)) });
    using session = await this.#openSession(daemon);
    const sources = { store: this.#run.store, images: this.#images, sessionId: session.id };
    const sourceOf = await sentSources(sources, graph, steps);
    const results = await this.#all(plans, (plan) =>
      this.#solvePlan(plan, { daemon, session, sourceOf }),
    );
    const layers = new Map(plans.map(({ target }, position) => [target, results[position]]));
    return {
      results: results.map((one) => ({ kind: 'layers', layers: one })),
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

  #openSession(daemon: Daemon): Promise<Session> {
    const { secrets, sshAgents } = this.#parts;
    const { env, options } = this.#run;
    const handlers = [
      fileSyncHandler({
        treeOf: (name) => this.#sentTree(name),
        sending: (name, send) => this.#sendContext(name, send),
      }),
      secretsHandler((id) => secrets.get(id)),
      ...sshHandlers((id) => sshAgents.socket(id, { owner: undefined, mode: 0o600 })),
      loginsHandler(async (host) => {
        const key = host === 'registry-1.docker.io' ? 'https://index.docker.io/v1/' : host;
        const found = await credentialsFor(key, '', { env });
        if (found === undefined) return undefined;
        return found.kind === 'password'
          ? { username: found.username, secret: found.password }
          : { username: '', secret: found.token };
      }),
      ...contentHandlers(
        new Map<string, BlobShelf>([
          ['export', this.#blobs],
          ['oci:lamina', this.#images],
        ]),
      ),
    ];
    return daemon.openSession({
      handlers,
      sharedKey: sharedKey(options.context),
      onFailure: (error) => {
        this.#ownFailure ??= error;
      },
    });
  }

  async #sendContext(name: string, send: () => Promise<SentFiles>): Promise<void> {
    const text = `[internal] send ${name === 'context' ? 'build context' : `context ${name}`} to the builder`;
    await asStep({ ...this.#run, step: internalStep(`send ${name}`, text) }, async (report) => {
      const { files, bytes } = await send();
      report({ label: 'changed files', current: files, unit: 'files' });
      report({ label: 'transferring changed files', current: bytes, unit: 'bytes' });
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
    { daemon, session, sourceOf }: Connected,
  ): Promise<readonly LayerId[]> {
    const { graph, builder, version, request } = this.#parts;
    const { options, store, signal, env } = this.#run;
    const target = this.#translator.stateOf(plan.target);
    if (target === undefined) throw untranslated(builder.name);
    const base = this.#baseLayers(plan);
    if (target === 'scratch') return base;
    refuseTooOld(target, { graph, version, builder: builder.name });
    const { definition, vertexOf } = encodeDefinition(target, {
      graph,
      sourceOf,
      resources: resourcesOf(this.#run),
    });
    this.#events.know(vertexOf);
    const docker = dockerOf(builder, env);
    try {
      return await solveAndKeep({
        ...{ daemon, blobs: this.#blobs, docker },
        request: {
          ...{ definition, session: session.id, entitlements: options.allow ?? [] },
          cache: cachesOf(this.#run, request.plans.length),
        },
        solving: { signal, onStatus: (update) => this.#events.update(update) },
        keeping: { store, plan, base, signal },
        solved: () => this.#events.end(),
      });
    } catch (error) {
      throw await this.#failure(error);
    }
  }

  async #failure(error: unknown): Promise<unknown> {
    const { graph, builder, opened } = this.#parts;
    const events = this.#events;
    const digest = (error instanceof GrpcError && failedDigest(error)) || events.failed();
    const id = digest === undefined ? undefined : events.vertexOf(digest);
    const vertex = id && graph.vertices.get(id);
    const failure = await solveFailure(this.#cause(error), {
      ...{ builder: builder.name, graph, vertex, contexts: opened.contexts },
      outputTail: digest === undefined ? [] : events.tailOf(digest),
      running: events.running().map(({ name }) => name),
      isAborted: this.#run.signal.aborted,
    });
    events.end(failure instanceof Error ? { digest, error: failure } : undefined);
    return failure;
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

/** Names the directories of one context on one machine: later builds update what the daemon has of them. */
function sharedKey(context: string): string {
  return createHash('sha256')
    .update(`lamina\0${hostname()}\0${resolve(context)}`)
    .digest('hex');
}

function resourcesOf({ options }: BuildRun): Resources | undefined {
  if (options.limits === undefined) return undefined;
  const { memory, memorySwap, cpuShares, cpuPeriod, cpuQuota, cpusetCpus, cpusetMems } =
    options.limits;
  return { memory, memorySwap, cpuShares, cpuPeriod, cpuQuota, cpusetCpus, cpusetMems };
}

/** The environment of the Docker whose own BuildKit builds. */
function dockerOf({ address }: FleetBuilder, env: Environment): Environment | undefined {
  if (address.kind !== 'docker') return undefined;
  return address.host === undefined ? env : { ...env, DOCKER_HOST: address.host };
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
