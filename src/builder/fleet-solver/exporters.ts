/** The ways in which a daemon gives its result back: as blobs that it writes here, or by the image store of its Docker. */
import { randomBytes } from 'node:crypto';
import { BUILDKIT_INLINE_KEY } from '../../cache/index.ts';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import type { Daemon, SolveOptions, SolveRequest } from '../../fleet/index.ts';
import { GrpcError } from '../../grpc/index.ts';
import {
  type DockerAddress,
  dockerAddress,
  dockerRequest,
  openImage,
  openImageSource,
} from '../../image/index.ts';
import type { LayerId } from '../../store/index.ts';
import type { PushTarget } from '../solver/solver.ts';
import { arrivedImage, type KeepOptions, keepLayers, recordPushed } from './keep-image.ts';
import { pushAttributes, pushedImage } from './push-layers.ts';
import type { ReceivedBlobs } from './received-blobs.ts';

export interface ExportOptions {
  readonly daemon: Daemon;
  readonly request: SolveRequest;
  readonly solving: SolveOptions;
  readonly blobs: ReceivedBlobs;
  readonly keeping: KeepOptions;
  /** For a Docker's own BuildKit, the environment with its DOCKER_HOST. */
  readonly docker: Environment | undefined;
  /** The daemon pushes the layers. */
  readonly pushing: Pushing | undefined;
  /** Called with the daemon's answer when the steps are done, before their layers are taken. */
  readonly solved: (answer: Readonly<Record<string, string>>) => Promise<void>;
}

export interface Pushing {
  readonly target: PushTarget;
  /** Of this machine, for the same registry. */
  readonly env: Environment;
  /** Called if the daemon does not get through to the registry: this machine pushes then. */
  readonly onFailure: (reason: string) => void;
}

const MANIFEST_DIGEST = 'containerimage.digest';
const NO_EXPORTER = /exporter "?(?:oci|image)"? could not be found/;

const NOT_PUSHED = /failed to push /;

/** The result of one definition. */
export interface KeptResult {
  /** Of the store, bottom first, those of the base image included. */
  readonly layers: readonly LayerId[];
  /** The field of the image config with the inline cache, if the daemon wrote one. */
  readonly inlineCache?: Readonly<Record<string, string>> | undefined;
}

/** Solves one definition, and takes the layers. */
export async function solveAndKeep(options: ExportOptions): Promise<KeptResult> {
  const pushed = options.pushing && (await solveAndPush(options, options.pushing));
  if (pushed !== undefined) return pushed;
  const { docker, blobs, keeping } = options;
  try {
    const attrs = { tar: 'false', compression: 'uncompressed' };
    const answer = await solveWith(options, { type: 'oci', attrs });
    const { layers, configBytes } = await arrivedImage(answer[MANIFEST_DIGEST] ?? '', blobs);
    return {
      layers: await keepLayers(layers, keeping),
      inlineCache: inlineCacheOf(configBytes),
    };
  } catch (error) {
    const hasStore = error instanceof GrpcError && NO_EXPORTER.test(error.message);
    if (docker === undefined || !hasStore) throw error;
    return await solveIntoDocker(options, docker);
  }
}

/** @returns undefined if the daemon cannot push there: its steps are in its cache then */
async function solveAndPush(
  options: ExportOptions,
  { target, env, onFailure }: Pushing,
): Promise<KeptResult | undefined> {
  const { keeping } = options;
  try {
    const answer = await solveWith(options, { type: 'image', attrs: pushAttributes(target) });
    const image = await pushedImage(answer[MANIFEST_DIGEST] ?? '', target, { ...keeping, env });
    const layers = recordPushed(image, target.repository, keeping);
    return { layers, inlineCache: inlineCacheOf(image.configBytes) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof GrpcError && NO_EXPORTER.test(error.message)) return undefined;
    const isRefused = error instanceof GrpcError && NOT_PUSHED.test(error.message);
    const isElsewhere = error instanceof AppError && error.code.startsWith('REGISTRY_');
    if (!isRefused && !isElsewhere) throw error;
    onFailure(error.message);
    return undefined;
  }
}

async function solveWith(
  { daemon, request, solving, solved }: ExportOptions,
  exporter: { readonly type: string; readonly attrs: Readonly<Record<string, string>> },
): Promise<Readonly<Record<string, string>>> {
  const { type, attrs } = exporter;
  const exporters = { exporters: [exporter], exporter: type, exporterAttrs: attrs };
  const answer = await daemon.solve({ ...request, ...exporters }, solving);
  await solved(answer);
  return answer;
}

/** A Docker without containerd's image store exports nothing with layers but its own images. */
async function solveIntoDocker(options: ExportOptions, docker: Environment): Promise<KeptResult> {
  const name = `lamina-build-${randomBytes(8).toString('hex')}`;
  const address = dockerAddress(docker);
  if (address === undefined) {
    throw new AppError(
      'BUILDER_UNSUPPORTED',
      `cannot take an image from Docker at ${docker.DOCKER_HOST}`,
      {
        expected: 'unix:// or tcp:// without TLS, or a Docker with the containerd image store',
      },
    );
  }
  await solveWith(options, { type: 'moby', attrs: { name } });
  try {
    const { signal } = options.keeping;
    await using source = await openImageSource(`docker-daemon:${name}:latest`, {
      env: docker,
      signal,
    });
    const image = await openImage(source, { signal });
    if (image.kind !== 'image') throw new Error('Docker saved an index');
    const layers = image.layers.map(({ diffId, descriptor, read }) => ({
      ...{ diffId, digest: diffId, size: descriptor.size },
      read: () => read(),
    }));
    return {
      layers: await keepLayers(layers, options.keeping),
      inlineCache: inlineCacheOf(image.configBytes),
    };
  } finally {
    await removeImage(address, name);
  }
}

/** The cache names the layers by their positions, so it is as true of an image with another config. */
function inlineCacheOf(config: Uint8Array): KeptResult['inlineCache'] {
  const document: unknown = JSON.parse(Buffer.from(config).toString('utf8'));
  if (typeof document !== 'object' || document === null) return undefined;
  const found = Object.entries(document).find(([key]) => key === BUILDKIT_INLINE_KEY)?.[1];
  return typeof found === 'string' ? { [BUILDKIT_INLINE_KEY]: found } : undefined;
}

/** The layers stay in the cache of the build. A failure leaves a name behind, no more. */
function removeImage(address: DockerAddress, name: string): Promise<void> {
  return new Promise((resolve) => {
    const path = `/images/${name}:latest?noprune=1`;
    const request = dockerRequest({ ...address, method: 'DELETE', path });
    request.on('response', (response) => response.resume().on('end', resolve));
    request.on('error', () => resolve());
    request.end();
  });
}
