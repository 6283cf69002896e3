/**
 * Hands the Dockerfile to the daemon's own frontend. This machine serves the files, secrets and logins, and receives
 * the images as the daemon made them.
 */
import { basename, dirname } from 'node:path';
import {
  type ContextTree,
  findDockerfile,
  loadIgnoreFile,
  openContext,
} from '../../context/index.ts';
import { AppError } from '../../errors.ts';
import type { SentTree } from '../../fleet/index.ts';
import type { Graph } from '../../graph/index.ts';
import { GrpcError } from '../../grpc/index.ts';
import { chooseImage, importImage, rootOf } from '../../image/index.ts';
import { parseDigest } from '../../oci/index.ts';
import type { ImageRecord } from '../../store/index.ts';
import { BuildSecrets } from '../credentials/secrets.ts';
import { SshAgents } from '../credentials/ssh-agents.ts';
import type { BuildRun } from '../run/build-run.ts';
import { targetPlatforms } from '../run/target-platforms.ts';
import { FleetCaches } from './caches.ts';
import {
  type DaemonExporter,
  dockerOf,
  isWithoutExporter,
  withDockerImage,
} from './docker-image.ts';
import { failedDigest } from './failed-vertex.ts';
import type { FleetBuilder } from './fleet-solver.ts';
import { frontendFailure } from './frontend-failure.ts';
import { FRONTEND, frontendAttributes } from './frontend-request.ts';
import { type NodeLink, NodePool } from './node-pool.ts';
import { ReceivedBlobs } from './received-blobs.ts';
import { receivedImage } from './received-image.ts';
import { sendingContext, sessionOf } from './session.ts';
import { StepEvents } from './step-events.ts';
import { refuseOldCaches } from './too-old.ts';

/** The frontend asks for it before it asks for the context. */
const IGNORE_FILE = '.dockerignore';
const MANIFEST = 'containerimage.digest';
const EMPTY: Graph = { vertices: new Map(), info: new Map() };

/**
 * @returns drafts of the store, one for each platform
 * @throws AppError BUILDER_…, RUN_FAILED, CONTEXT_…, DOCKERFILE_…
 */
export async function solveByFrontend(
  run: BuildRun,
  builder: FleetBuilder,
): Promise<readonly ImageRecord[]> {
  const { options, env, store } = run;
  const file = findDockerfile(options.context, { file: options.dockerfile, cwd: process.cwd() });
  const attributes = frontendAttributes(options, basename(file.path));
  const secrets = new BuildSecrets(options, run);
  await using sshAgents = new SshAgents({
    ...options,
    env,
    temporaryDirectory: () => store.temporaryDirectory(),
  });
  const caches = await FleetCaches.open(run, targetPlatforms(options).length);
  const { facts } = store;
  const ignore = loadIgnoreFile(options.context, file.path);
  using context = openContext({ directory: options.context, ignore, facts });
  using beside = openContext({ directory: dirname(file.path), ignore: undefined, facts });
  const solve = new FrontendSolve({
    ...{ run, builder, caches, secrets, sshAgents, attributes, context },
    definition: dockerfileIn(beside, basename(file.path)),
  });
  return await solve.images();
}

/** Nothing of the directory but the Dockerfile and its own ignore file. */
function dockerfileIn(tree: ContextTree, name: string): SentTree {
  const paths = new Set(
    [name, `${name}.dockerignore`].map((one) => Buffer.from(one).toString('latin1')),
  );
  return { tree, includes: ({ path }) => paths.has(path) };
}

interface FrontendParts {
  readonly run: BuildRun;
  readonly builder: FleetBuilder;
  readonly caches: FleetCaches;
  readonly secrets: BuildSecrets;
  readonly sshAgents: SshAgents;
  readonly attributes: Readonly<Record<string, string>>;
  readonly context: ContextTree;
  readonly definition: SentTree;
}

class FrontendSolve {
  readonly #parts: FrontendParts;
  readonly #events: StepEvents;
  readonly #blobs: ReceivedBlobs;
  #ownFailure: unknown;

  constructor(parts: FrontendParts) {
    this.#parts = parts;
    const { store, emit, now } = parts.run;
    const stepOf = () => {
      throw new Error('the steps are those of the daemon');
    };
    this.#events = new StepEvents({ graph: EMPTY, emit, now, stepOf, isForeign: true });
    this.#blobs = new ReceivedBlobs(
      () => store.temporaryDirectory(),
      () => undefined,
    );
  }

  async images(): Promise<readonly ImageRecord[]> {
    const { run, builder } = this.#parts;
    const { env, signal, now, options, warn } = run;
    using pool = new NodePool({
      ...{ ...builder, env, signal, now, affinity: options.context },
      session: this.#session(),
      onLost: (_, { message }) =>
        warn({ code: 'BUILDER_NODE_LOST', message: `${message}; another node builds` }),
    });
    const [platform] = targetPlatforms(options);
    return await pool.run(platform, (link) => this.#solveOn(link));
  }

  #session() {
    const { run, caches, secrets, sshAgents, context, definition } = this.#parts;
    return sessionOf({
      ...{ run, secrets, sshAgents },
      treeOf: (name, followed) => {
        if (name === 'dockerfile') return definition;
        if (name !== 'context') return undefined;
        // The frontend asks for this one file first.
        const includes = ({ path }: { readonly path: string }) => path === IGNORE_FILE;
        return followed === IGNORE_FILE
          ? { tree: context, includes }
          : { tree: context, includes: () => true };
      },
      sending: async (name, send, followed) => {
        if (followed === IGNORE_FILE) await send();
        else await sendingContext(run, name, send);
      },
      shelves: new Map([['export', this.#blobs], ...caches.shelves]),
      onFailure: (error) => {
        this.#ownFailure ??= error;
      },
    });
  }

  async #solveOn(link: NodeLink): Promise<readonly ImageRecord[]> {
    const { env, signal } = this.#parts.run;
    const { node, version } = link;
    refuseOldCaches(this.#parts.caches.types, { version, builder: node.dial.name });
    const docker = dockerOf(node, env);
    const solve = (exporter: DaemonExporter) => this.#solveWith(link, exporter);
    const attrs = { tar: 'false', compression: 'uncompressed' };
    try {
      const answer = await solve({ type: 'oci', attrs }).catch((error: unknown) => {
        if (docker === undefined || !isWithoutExporter(error)) throw error;
      });
      if (answer !== undefined) return await this.#import(answer[MANIFEST] ?? '', node.dial.name);
      if (docker === undefined) return [];
      return await withDockerImage({ docker, signal, solve }, async (image) => [
        await importImage(this.#parts.run.store, image, { signal }),
      ]);
    } catch (error) {
      throw await this.#failure(error, node.dial.name);
    }
  }

  async #solveWith(
    { daemon, session }: NodeLink,
    exporter: DaemonExporter,
  ): Promise<Readonly<Record<string, string>>> {
    const { run, caches, attributes } = this.#parts;
    const { options, signal } = run;
    const imports = caches.request?.imports ?? [];
    const asJson = imports.map(({ type, attrs }) => ({ Type: type, Attrs: attrs }));
    const cacheImports = imports.length === 0 ? {} : { 'cache-imports': JSON.stringify(asJson) };
    const answer = await daemon.solve(
      {
        ...{ session: session.id, entitlements: options.allow ?? [], cache: caches.request },
        ...{ frontend: FRONTEND, frontendAttrs: { ...attributes, ...cacheImports } },
        ...{ exporters: [exporter], exporter: exporter.type, exporterAttrs: exporter.attrs },
      },
      { signal, onStatus: (update) => this.#events.update(update) },
    );
    this.#events.end();
    await caches.finish(answer);
    return answer;
  }

  async #import(digest: string, label: string): Promise<readonly ImageRecord[]> {
    const { store, options, signal } = this.#parts.run;
    await using source = await receivedImage(this.#blobs, parseDigest(digest), label);
    const records: ImageRecord[] = [];
    for (const platform of targetPlatforms(options)) {
      const image = await chooseImage(source, rootOf(source), { platform, signal });
      records.push(await importImage(store, image, { signal }));
    }
    return records;
  }

  async #failure(error: unknown, builder: string): Promise<unknown> {
    const events = this.#events;
    const digest = (error instanceof GrpcError && failedDigest(error)) || events.failed();
    const cause = this.#ownFailure instanceof AppError ? this.#ownFailure : error;
    const failure = await frontendFailure(cause, {
      ...{ builder, graph: EMPTY, vertex: undefined, contexts: new Map() },
      outputTail: digest === undefined ? [] : events.tailOf(digest),
      running: events.running().map(({ name }) => name),
      isAborted: this.#parts.run.signal.aborted,
    });
    events.end(failure instanceof Error ? { digest, error: failure } : undefined);
    return failure;
  }
}
