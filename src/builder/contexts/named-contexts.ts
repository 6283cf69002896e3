/** `--build-context`: the named contexts of a build. */
import { statSync } from 'node:fs';
import type { BuildOptions } from '../../api/index.ts';
import { type ContextTree, loadIgnoreFile, openContext } from '../../context/index.ts';
import { AppError } from '../../errors.ts';
import { loadLayoutImage, readConfig } from '../../image/index.ts';
import { isDigest } from '../../oci/index.ts';
import { CONTEXT_FILE, type ContextSource, contextName, gitOp } from '../../plan/index.ts';
import { isHttpUrl, parseGitUrl } from '../../remote/index.ts';
import type { Store } from '../../store/index.ts';

export interface BuildContext {
  readonly source: ContextSource;
  /** Path of a directory of this machine. */
  readonly open?: (() => Promise<ContextTree>) | undefined;
}

const IMAGE = 'docker-image://';
const LAYOUT = 'oci-layout://';
const TARGET = 'target:';

/**
 * The named contexts by their normalised names.
 *
 * @throws AppError CONTEXT_NAME, CONTEXT_NOT_FOUND, CONTEXT_LAYOUT, GIT_BAD_URL
 */
export function namedContexts(
  options: BuildOptions,
  store: Store,
): ReadonlyMap<string, BuildContext> {
  const contexts = new Map<string, BuildContext>();
  for (const [written, value] of Object.entries(options.buildContexts ?? {})) {
    const name = contextName(written);
    if (name === undefined) throw badName(written);
    contexts.set(name, contextOf(name, value, { options, store }));
  }
  return contexts;
}

interface Surroundings {
  readonly options: BuildOptions;
  readonly store: Store;
}

function contextOf(name: string, value: string, around: Surroundings): BuildContext {
  if (value.startsWith(IMAGE)) return { source: imageSource(value.slice(IMAGE.length)) };
  if (value.startsWith(LAYOUT)) return { source: layoutSource(value, around) };
  if (value.startsWith(TARGET))
    return { source: { kind: 'stage', stage: value.slice(TARGET.length) } };
  const remote = remoteSource(value, around.options);
  if (remote !== undefined) return { source: remote };
  return directoryContext(name, value, around.store);
}

/** The remote source of a context; undefined for other texts. */
export function remoteSource(
  text: string,
  { buildArgs = {} }: BuildOptions,
): Extract<ContextSource, { kind: 'remote' }> | undefined {
  const git = parseGitUrl(text, { context: true });
  if (git !== undefined) {
    const op = gitOp(git, new Map(Object.entries(buildArgs)));
    return { kind: 'remote', op, unpack: false };
  }
  if (!isHttpUrl(text)) return undefined;
  const op = { kind: 'http', url: text, checksum: undefined, filename: CONTEXT_FILE } as const;
  return { kind: 'remote', op, unpack: true };
}

function imageSource(reference: string): ContextSource {
  return reference === 'scratch' ? { kind: 'scratch' } : { kind: 'image', reference };
}

function layoutSource(value: string, { options, store }: Surroundings): ContextSource {
  const text = value.slice(LAYOUT.length);
  const at = text.lastIndexOf('@');
  const digest = at < 0 ? undefined : text.slice(at + 1);
  const rest = at < 0 ? text : text.slice(0, at);
  const colon = rest.indexOf(':', rest.lastIndexOf('/') + 1);
  const directory = colon < 0 ? rest : rest.slice(0, colon);
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  if (digest !== undefined && !isDigest(digest)) {
    throw new AppError('CONTEXT_LAYOUT', `'${digest}' is not a digest`, {
      expected: 'oci-layout://DIR, oci-layout://DIR:tag or oci-layout://DIR@sha256:…',
    });
  }
  requireDirectory(value, directory);
  return {
    kind: 'image',
    reference: value,
    resolve: async (name, platform) => {
      const { signal } = options;
      const image = await loadLayoutImage(store, directory, { tag, digest, platform, signal });
      const source = { reference: undefined, manifestDigest: image.manifestDigest };
      return { name, id: image.id, config: await readConfig(store, image), source };
    },
  };
}

function directoryContext(name: string, directory: string, store: Store): BuildContext {
  requireDirectory(name, directory);
  const open = async () =>
    openContext({ directory, ignore: loadIgnoreFile(directory), facts: store.facts });
  return { source: { kind: 'local' }, open };
}

function requireDirectory(name: string, directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new AppError(
    'CONTEXT_NOT_FOUND',
    `the context '${name}' is not a directory: '${directory}' does not exist or is a file`,
    { hint: 'use docker-image:// for an image, and oci-layout:// for an OCI layout' },
  );
}

function badName(name: string): AppError {
  const isReserved = name === 'scratch' || name === 'context';
  return new AppError(
    'CONTEXT_NAME',
    isReserved ? `a context cannot replace '${name}'` : `'${name}' is not a valid context name`,
    { expected: 'the name of a stage or an image: lower case letters, digits, ., -, _, /, :' },
  );
}
