/** A Docker without containerd's image store exports nothing with layers but its own images. */
import { randomBytes } from 'node:crypto';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import { GrpcError } from '../../grpc/index.ts';
import {
  type DockerAddress,
  dockerAddress,
  dockerRequest,
  type Image,
  openImage,
  openImageSource,
} from '../../image/index.ts';
import type { FleetNode } from './choose-node.ts';

export interface DaemonExporter {
  readonly type: string;
  readonly attrs: Readonly<Record<string, string>>;
}

export interface DockerImageOptions {
  /** The environment of the Docker: see `dockerOf`. */
  readonly docker: Environment;
  readonly signal: AbortSignal;
  readonly solve: (exporter: DaemonExporter) => Promise<unknown>;
}

/** The environment of the Docker whose own BuildKit builds; undefined: it is not in a Docker. */
export function dockerOf(
  { dial: { address } }: FleetNode,
  env: Environment,
): Environment | undefined {
  if (address.kind !== 'docker') return undefined;
  return address.host === undefined ? env : { ...env, DOCKER_HOST: address.host };
}

export function isWithoutExporter(error: unknown): boolean {
  return error instanceof GrpcError && NO_EXPORTER.test(error.message);
}

const NO_EXPORTER = /exporter "?(?:oci|image)"? could not be found/;

/** Solves into an image of the Docker, which is removed once it has been used. */
export async function withDockerImage<T>(
  { docker, signal, solve }: DockerImageOptions,
  use: (image: Image) => Promise<T>,
): Promise<T> {
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
  await solve({ type: 'moby', attrs: { name } });
  try {
    const reference = `docker-daemon:${name}:latest`;
    await using source = await openImageSource(reference, { env: docker, signal });
    const image = await openImage(source, { signal });
    if (image.kind !== 'image') throw new Error('Docker saved an index');
    return await use(image);
  } finally {
    await removeImage(address, name);
  }
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
