/**
 * An image of a running Docker as a source: the daemon saves it, as `docker save` does, and it is read as an archive.
 */
import type { IncomingMessage } from 'node:http';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import type { OpenArchiveOptions } from '../archive/archive-reader.ts';
import { openDockerArchive } from '../docker-archive/docker-archive-source.ts';
import type { ImageSource } from '../model/transport.ts';
import { DOCKER_SOCKET, dockerAddress, dockerMessage, dockerRequest } from './docker-api.ts';

export interface DockerDaemonOptions extends OpenArchiveOptions {
  /** DOCKER_HOST is the address of the daemon. */
  readonly env: Environment;
}

/** Bytes of an engine's error to read. */
const MAX_ANSWER = 64 * 1024;

/**
 * @param name a reference, or an id
 * @throws AppError IMAGE_NOT_FOUND, IMAGE_DAEMON, ARCHIVE_…
 */
export async function openDockerDaemon(
  name: string,
  { env, ...options }: DockerDaemonOptions,
): Promise<ImageSource> {
  const host = env.DOCKER_HOST ?? '';
  const address = dockerAddress(env);
  if (address === undefined) {
    throw new AppError('IMAGE_DAEMON', `lamina does not reach a Docker at ${host} itself`, {
      hint: `use docker-archive: with a file from docker save ${name} -o FILE`,
    });
  }
  const { signal } = options;
  const request = dockerRequest({
    ...address,
    path: `/images/${encodeURIComponent(name)}/get`,
    ...(signal && { signal }),
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
  });
  request.end();
  const response = await answer.catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new AppError('IMAGE_DAEMON', `Docker does not answer at ${host || DOCKER_SOCKET}`, {
      hint: 'start it, or choose another with DOCKER_HOST',
      cause,
    });
  });
  try {
    if (response.statusCode !== 200) throw await refusal(name, response);
    const source = await openDockerArchive(response, options);
    return { ...source, label: name };
  } finally {
    response.destroy();
  }
}

async function refusal(name: string, response: IncomingMessage): Promise<AppError> {
  let body = '';
  response.setEncoding('utf8');
  for await (const text of response) if (body.length < MAX_ANSWER) body += String(text);
  const said = dockerMessage(body) ?? `status ${response.statusCode}`;
  if (response.statusCode === 404) {
    return new AppError('IMAGE_NOT_FOUND', `Docker has no image '${name}'`, {
      hint: 'run `docker images` to list images',
    });
  }
  return new AppError('IMAGE_DAEMON', `Docker does not provide the image '${name}': ${said}`, {
    hint: 'the log of the daemon says more',
  });
}
