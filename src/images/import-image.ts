/** `import`: a tar of a root file system becomes an image. */
import { createReadStream, read } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ImportImageOptions, ImportImageResult } from '../api/index.ts';
import { parseDockerfile, parseInstructions } from '../dockerfile/index.ts';
import { AppError } from '../errors.ts';
import { importRootfs, type NewHistory } from '../export/index.ts';
import { redactUrls } from '../http/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { type ContainerConfig, hostPlatform, type Platform, parsePlatform } from '../oci/index.ts';
import { type PlannedHistory, planBuild } from '../plan/index.ts';
import { download, isHttpUrl } from '../remote/index.ts';
import type { Store } from '../store/index.ts';
import { openInput, readFailure } from '../system/index.ts';
import { withStore } from './with-store.ts';

const CHUNK = 1 << 20;
const readFile = promisify(read);

/** The instructions that `docker import --change` takes. */
const CHANGES: ReadonlySet<string> = new Set([
  ...['cmd', 'entrypoint', 'env', 'expose', 'healthcheck', 'label'],
  ...['onbuild', 'stopsignal', 'user', 'volume', 'workdir'],
]);

export function importImage(
  context: LaminaContext,
  options: ImportImageOptions,
): Promise<ImportImageResult> {
  const { source, reference, message, signal } = options;
  const platform =
    options.platform === undefined ? hostPlatform() : parsePlatform(options.platform);
  const work = async (store: Store) => {
    const { config, history } = await changed(options.changes ?? [], platform);
    const label = typeof source === 'string' ? redactUrls(source) : '-';
    const { id } = await importRootfs(store, await bytesOf(store, context, options), {
      ...{ reference, config, platform, signal },
      createdBy: '',
      comment: message ?? `Imported from ${label}`,
      created: options.sourceDateEpoch === undefined ? Date.now() : options.sourceDateEpoch * 1000,
      furtherHistory: history.map(toHistory),
    });
    return { imageId: id };
  };
  return withStore(context, work, { isOnce: typeof source !== 'string' });
}

function toHistory({ createdBy, comment, emptyLayer }: PlannedHistory): NewHistory {
  return { createdBy, comment, emptyLayer };
}

/** Applies the instructions to an empty config. */
async function changed(
  changes: readonly string[],
  platform: Platform,
): Promise<{ config: ContainerConfig; history: readonly PlannedHistory[] }> {
  const tree = parseDockerfile(['FROM scratch', ...changes].join('\n'), { file: '--change' });
  const { instructions } = parseInstructions(tree);
  const other = instructions.slice(1).find(({ kind }) => !CHANGES.has(kind));
  if (other !== undefined) {
    throw new AppError('IMAGE_CHANGE', `--change does not support ${other.kind.toUpperCase()}`, {
      expected: [...CHANGES].map((kind) => kind.toUpperCase()).join(', '),
      hint: 'for other instructions, build an image FROM the imported one',
      location: other.location,
    });
  }
  const { image } = await planBuild({
    ...{ tree, instructions, platform },
    ...{ buildArgs: new Map(), labels: {}, buildPlatform: hostPlatform() },
    ...{ noCache: false, noCacheFilter: [], network: 'host', extraHosts: [] },
    ...{ shmSize: undefined, ulimits: [] },
    resolveImage: () => Promise.reject(new Error('there is no base image')),
  });
  return image;
}

async function bytesOf(
  store: Store,
  { env }: LaminaContext,
  { source, signal }: ImportImageOptions,
): Promise<AsyncIterable<Uint8Array>> {
  if (typeof source !== 'string') return source;
  if (!isHttpUrl(source)) return fileBytes(source, signal);
  const path = join(await store.temporaryDirectory(), 'rootfs');
  await download(source, { path, env, signal });
  return createReadStream(path, { signal });
}

/** A tar file, or a pipe. @throws AppError ARCHIVE_NOT_FOUND */
async function* fileBytes(
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    await using input = openInput(path, { signal });
    yield* input.stream ?? contentOf(input.fd, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    const reason = readFailure(cause);
    if (reason === undefined) throw cause;
    throw new AppError('ARCHIVE_NOT_FOUND', `cannot read ${path}: ${reason}`, {
      hint: 'give the path of a tar, an HTTP(S) URL, or - for standard input',
      cause,
    });
  }
}

async function* contentOf(
  fd: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (;;) {
    signal?.throwIfAborted();
    const buffer = Buffer.allocUnsafe(CHUNK);
    const { bytesRead } = await readFile(fd, buffer, 0, CHUNK, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
