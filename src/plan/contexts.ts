/** The build context and the named contexts as parts of the graph. */
import type { GitOp, GraphBuilder, HttpOp, Op, SCRATCH, VertexId } from '../graph/index.ts';
import { plainCopy } from '../graph/index.ts';
import { redactUrls } from '../http/index.ts';
import { familiarName, formatPlatform, type Platform, parseReference } from '../oci/index.ts';
import type { ResolveImage } from './plan.ts';

/** The source of a context. */
export type ContextSource =
  /** A directory of this machine. */
  | { readonly kind: 'local' }
  /** A directory of this machine with one file, `context`, which is an archive of the context. */
  | { readonly kind: 'archive' }
  /** Fetched; with `unpack` its one file, `context`, is an archive of the context. */
  | { readonly kind: 'remote'; readonly op: HttpOp | GitOp; readonly unpack: boolean }
  | {
      readonly kind: 'image';
      readonly reference: string;
      /** Undefined: resolved as for FROM. */
      readonly resolve?: ResolveImage | undefined;
    }
  /** Another stage of the file, by name or index. */
  | { readonly kind: 'stage'; readonly stage: string }
  | { readonly kind: 'scratch' };

export interface NamedSource {
  readonly name: string;
  readonly source: ContextSource;
}

/** The name of the file with an archive of a context. */
export const CONTEXT_FILE = 'context';
const RESERVED = ['scratch', 'context'];

/**
 * The normalised name of a context: `docker.io/library/alpine:latest` and `alpine` are one.
 *
 * @returns undefined for an invalid name
 */
export function contextName(text: string): string | undefined {
  const [, name = text, platform = ''] = /^(.*?)(::.*)$/.exec(text) ?? [];
  if (RESERVED.includes(name)) return undefined;
  try {
    return familiarName(parseReference(name)).replace(/:latest$/, '') + platform;
  } catch {
    return undefined;
  }
}

/** The context that replaces a stage or an image; one for the platform takes precedence. */
export function findContext(
  contexts: ReadonlyMap<string, ContextSource>,
  text: string,
  platform: Platform,
): NamedSource | undefined {
  const plain = contexts.size === 0 ? undefined : contextName(text);
  if (plain === undefined) return undefined;
  for (const name of [`${plain}::${formatPlatform(platform)}`, plain]) {
    const source = contexts.get(name);
    if (source !== undefined) return { name, source };
  }
  return undefined;
}

/** Adds a context other than an image, to copy from. */
export function contextRoot(
  builder: GraphBuilder,
  name: string,
  source: ContextSource,
): VertexId | typeof SCRATCH {
  const add = (op: Op, inputs: readonly (VertexId | typeof SCRATCH)[] = []) =>
    builder.add(op, inputs, {
      name: stepName(name, source),
      stage: undefined,
      locations: {},
      instruction: undefined,
      ignoreCache: false,
    });
  const unpacked = (root: VertexId, isLocal: boolean) =>
    add(plainCopy(`/${CONTEXT_FILE}`, '/', { unpack: true, isLocal }), ['scratch', root]);
  switch (source.kind) {
    case 'local':
      return add({ kind: 'context', name });
    case 'archive':
      return unpacked(add({ kind: 'context', name }), true);
    case 'remote':
      return source.unpack ? unpacked(add(source.op), false) : add(source.op);
    case 'scratch':
      return 'scratch';
    case 'image':
    case 'stage':
      throw new Error('images and stages are resolved before they get into the graph');
  }
}

/** Adds a context as a base: for a local directory, a layer of all its files. */
export function wholeContext(builder: GraphBuilder, name: string, source: ContextSource): VertexId {
  const root = contextRoot(builder, name, source);
  if (root === 'scratch') throw new Error('scratch needs no vertex');
  if (source.kind !== 'local') return root;
  return builder.add(plainCopy('/', '/', { isLocal: true }), ['scratch', root], {
    name: `[context ${name}] all files`,
    stage: undefined,
    locations: {},
    instruction: undefined,
    ignoreCache: false,
  });
}

function stepName(name: string, source: ContextSource): string {
  const isMain = name === 'context';
  if (source.kind !== 'remote') {
    return isMain ? '[internal] load build context' : `[context ${name}] load from client`;
  }
  const { op } = source;
  const url =
    op.kind === 'http' ? op.url : `${op.remote}${op.ref === undefined ? '' : `#${op.ref}`}`;
  return `[${isMain ? 'internal' : `context ${name}`}] load ${redactUrls(url)}`;
}
