/** The Dockerfile and the context of a build. */
import { join } from 'node:path';
import type { BuildOptions } from '../../api/index.ts';
import {
  type DockerfileLocation,
  findDockerfile,
  type IgnoreFile,
  loadIgnoreFile,
  openContext,
} from '../../context/index.ts';
import {
  type CheckConfig,
  type Instruction,
  parseCheckConfig,
  parseDockerfile,
  parseInstructions,
  type SyntaxTree,
} from '../../dockerfile/index.ts';
import { AppError, type Warning } from '../../errors.ts';
import { redactUrls } from '../../http/index.ts';
import { download, isHttpUrl } from '../../remote/index.ts';
import { readFailure, readInput, readRegularFile, UnsuitableFile } from '../../system/index.ts';
import {
  dockerfileIn,
  type FetchedContext,
  MAX_DOCKERFILE,
  readLimited,
  spool,
  tooLarge,
} from '../contexts/fetched-context.ts';
import { type BuildContext, namedContexts } from '../contexts/named-contexts.ts';
import type { BuildRun } from '../run/build-run.ts';

export interface Definition {
  /** Name of the Dockerfile, as shown to people. */
  readonly name: string;
  /** Path of the Dockerfile, if it is a file of this machine. */
  readonly path: string | undefined;
  readonly tree: SyntaxTree;
  readonly instructions: readonly Instruction[];
  readonly warnings: readonly Warning[];
  /** Bytes of the Dockerfile. */
  readonly size: number;
  /** The build context, under the name `context`, and the named ones. */
  readonly contexts: ReadonlyMap<string, BuildContext>;
  /** Paths that the ignore file hides; undefined: none. */
  readonly ignoreFile: () => IgnoreFile | undefined;
}

const STDIN = '-';

/**
 * Reads and parses the Dockerfile.
 *
 * @param fetched the context, unless it is a directory of this machine
 * @throws AppError DOCKERFILE_…, CONTEXT_…
 */
export async function readDefinition(
  run: BuildRun,
  fetched?: FetchedContext | undefined,
): Promise<Definition> {
  const { options, store } = run;
  const { bytes, name, path } = await readDockerfile(run, fetched);
  const tree = parseDockerfile(bytes.toString('utf8'), {
    file: name,
    check: givenChecks(options),
  });
  const { instructions, warnings } = parseInstructions(tree);
  const isLocal = fetched === undefined;
  const ignoreFile = () => (isLocal ? loadIgnoreFile(options.context, path) : undefined);
  const main: BuildContext = fetched ?? {
    source: { kind: 'local' },
    open: async () =>
      openContext({ directory: options.context, ignore: ignoreFile(), facts: store.facts }),
  };
  const contexts = new Map([...namedContexts(options, store), ['context', main] as const]);
  return { name, path, tree, instructions, warnings, size: bytes.length, contexts, ignoreFile };
}

interface DockerfileText {
  readonly bytes: Buffer;
  /** As shown to people. */
  readonly name: string;
  /** On this machine, if it is a file. */
  readonly path?: string | undefined;
}

async function readDockerfile(
  { options, env, store }: BuildRun,
  fetched: FetchedContext | undefined,
): Promise<DockerfileText> {
  const { dockerfile: file, stdin, signal } = options;
  if (fetched?.dockerfile !== undefined) return { bytes: fetched.dockerfile, name: 'Dockerfile' };
  if (file === STDIN) {
    const path = join(await store.temporaryDirectory(), 'Dockerfile');
    await spool(stdin, path, MAX_DOCKERFILE);
    return { bytes: readLimited(path), name: 'Dockerfile' };
  }
  if (file !== undefined && isHttpUrl(file)) {
    const path = join(await store.temporaryDirectory(), 'Dockerfile');
    await download(file, { path, env, signal });
    return { bytes: readLimited(path), name: redactUrls(file) };
  }
  if (fetched?.tree !== undefined) return dockerfileIn(fetched.tree, file);
  const found = findDockerfile(options.context, { file, cwd: process.cwd() });
  return { bytes: await readFound(found, signal), ...found };
}

/** @throws AppError DOCKERFILE_UNREADABLE, DOCKERFILE_TOO_LARGE */
async function readFound(
  { path, name, within }: DockerfileLocation,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  try {
    const limit = MAX_DOCKERFILE;
    if (within !== undefined) return readRegularFile(path, { limit, within });
    return await readInput(path, { limit, signal });
  } catch (cause) {
    if (cause instanceof UnsuitableFile && cause.kind === 'large') throw tooLarge();
    const reason = readFailure(cause);
    if (reason === undefined) throw cause;
    throw new AppError('DOCKERFILE_UNREADABLE', `cannot read '${name}': ${reason}`, {
      hint: 'a Dockerfile must be a file, or a link to a file in the build context',
      cause,
    });
  }
}

/** Check settings from the command line replace the directive. */
function givenChecks({ buildArgs }: BuildOptions): CheckConfig | undefined {
  const text = buildArgs?.BUILDKIT_DOCKERFILE_CHECK;
  if (text === undefined) return undefined;
  const config = parseCheckConfig(text);
  if (typeof config !== 'string') return config;
  throw new AppError('DOCKERFILE_INVALID_CHECK', `invalid BUILDKIT_DOCKERFILE_CHECK: ${config}`, {
    expected: 'skip=RULE,…;error=true;experimental=RULE,…',
    hint: 'separate the options with semicolons',
  });
}
