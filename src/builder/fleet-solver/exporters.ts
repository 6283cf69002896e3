/** The ways in which a daemon gives its result back: as blobs that it writes here, or by the image store of its Docker. */
import { BUILDKIT_INLINE_KEY } from '../../cache/index.ts';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import type { Daemon, SolveOptions, SolveRequest } from '../../fleet/index.ts';
import { GrpcError } from '../../grpc/index.ts';
import type { LayerId } from '../../store/index.ts';
import type { PushTarget } from '../solver/solver.ts';
import { type DaemonExporter, isWithoutExporter, withDockerImage } from './docker-image.ts';
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
    if (docker === undefined || !isWithoutExporter(error)) throw error;
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
    if (isWithoutExporter(error)) return undefined;
    const isRefused = error instanceof GrpcError && NOT_PUSHED.test(error.message);
    const isElsewhere = error instanceof AppError && error.code.startsWith('REGISTRY_');
    if (!isRefused && !isElsewhere) throw error;
    onFailure(error.message);
    return undefined;
  }
}

async function solveWith(
  { daemon, request, solving, solved }: ExportOptions,
  exporter: DaemonExporter,
): Promise<Readonly<Record<string, string>>> {
  const { type, attrs } = exporter;
  const exporters = { exporters: [exporter], exporter: type, exporterAttrs: attrs };
  const answer = await daemon.solve({ ...request, ...exporters }, solving);
  await solved(answer);
  return answer;
}

async function solveIntoDocker(options: ExportOptions, docker: Environment): Promise<KeptResult> {
  const { signal } = options.keeping;
  const solve = (exporter: DaemonExporter) => solveWith(options, exporter);
  return await withDockerImage({ docker, signal, solve }, async (image) => {
    const layers = image.layers.map(({ diffId, descriptor, read }) => ({
      ...{ diffId, digest: diffId, size: descriptor.size },
      read: () => read(),
    }));
    return {
      layers: await keepLayers(layers, options.keeping),
      inlineCache: inlineCacheOf(image.configBytes),
    };
  });
}

/** The cache names the layers by their positions, so it is as true of an image with another config. */
function inlineCacheOf(config: Uint8Array): KeptResult['inlineCache'] {
  const document: unknown = JSON.parse(Buffer.from(config).toString('utf8'));
  if (typeof document !== 'object' || document === null) return undefined;
  const found = Object.entries(document).find(([key]) => key === BUILDKIT_INLINE_KEY)?.[1];
  return typeof found === 'string' ? { [BUILDKIT_INLINE_KEY]: found } : undefined;
}
