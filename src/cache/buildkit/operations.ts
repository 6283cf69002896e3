/**
 * The digests by which BuildKit knows operations: of their parameters as Go writes them in JSON. What cannot be told
 * exactly has none, and is not found.
 */
import type { CopyOp, ExecOp, MkdirOp, MountSpec } from '../../graph/index.ts';
import { chainIds, type Digest, digestOf, type Platform } from '../../oci/index.ts';
import type { ImageLayer, ImageRecord } from '../../store/index.ts';

/** What stands for the first output of an operation, which is all that Dockerfiles use. */
export function firstOutput(operation: string): Digest {
  return digestOf(Buffer.from(`${operation}@0`));
}

/** What stands for files that are known by their content. */
export function slowKey(content: string): Digest {
  return digestOf(Buffer.from(`${content}@-1`));
}

/** What of an input is used. @param paths absolute */
export function selectorOf(...paths: readonly string[]): Digest {
  return digestOf(Buffer.from(paths.toSorted().reverse().join('\0')));
}

/** What of an image counts. */
export interface KnownImage extends Pick<ImageRecord, 'manifestDigest'> {
  readonly layers: readonly Pick<ImageLayer, 'diffId'>[];
}

/** An image: BuildKit knows it by its manifest, and by its chain of layers. */
export function imageDigests(image: KnownImage, platform: Platform): readonly Digest[] {
  const { os: OS, architecture: Arch, variant: Variant } = platform;
  const manifest = digestOfJson({ Digest: image.manifestDigest, OS, Arch, Variant });
  const chainId = chainIds(image.layers.map(({ diffId }) => diffId)).at(-1);
  return [manifest, ...(chainId === undefined ? [] : [chainId])].map((key) =>
    digestOf(Buffer.from(`buildkit.source.v0:${key}`)),
  );
}

const DEFAULT_HOSTNAME = 'buildkitsandbox';

/**
 * RUN without mounts but caches: the digests it may have. A variable that is set again goes to the end in BuildKit and
 * stays where it is here, so each may have moved.
 */
export function execDigests(op: ExecOp, platform: Platform): readonly Digest[] {
  const orders = [op.env, ...movedOnce(op.env)];
  return orders.flatMap((env) => execDigest({ ...op, env }, platform) ?? []);
}

function movedOnce(list: readonly string[]): readonly (readonly string[])[] {
  return list.flatMap((moved, from) => {
    const others = list.toSpliced(from, 1);
    const behind = Array.from({ length: others.length - from }, (_, at) => from + 1 + at);
    return behind.map((to) => others.toSpliced(to, 0, moved));
  });
}

function execDigest(op: ExecOp, platform: Platform): Digest | undefined {
  const caches = op.mounts.map(cacheMount);
  const isPlain =
    !caches.includes(undefined) &&
    op.script === undefined &&
    op.shmSize === undefined &&
    op.ulimits.length === 0 &&
    op.extraHosts.length === 0 &&
    op.security === 'sandbox';
  if (!isPlain) return undefined;
  const hostname = op.hostname === DEFAULT_HOSTNAME ? undefined : op.hostname;
  const meta = {
    args: op.args,
    env: op.env.length === 0 ? undefined : op.env,
    cwd: op.cwd,
    user: op.user === '' ? undefined : op.user,
    hostname,
    removeMountStubsRecursive: true,
  };
  return digestOfJson({
    Type: 'buildkit.exec.v0',
    Exec: {
      meta,
      // A lone root file system is left out.
      mounts: caches.length === 0 ? undefined : [{ dest: '/' }, ...inOrder(caches)],
      network: op.network === 'none' ? 2 : undefined,
    },
    OS: platform.os,
    Arch: platform.architecture,
    Variant: platform.variant,
  });
}

/** A cache that begins empty. One that is not shared under its own path goes without a name. */
function cacheMount(mount: MountSpec) {
  if (mount.kind !== 'cache' || mount.input !== undefined) return undefined;
  const { target: dest, id, sharing, uid, gid, mode } = mount;
  if (uid !== 0 || gid !== 0 || mode !== 0o755) return undefined;
  const isNamed = sharing === 'shared' && id.slice(id.indexOf('/') + 1) === dest;
  const readonly = mount.readonly ? true : undefined;
  const cacheOpt = isNamed ? { ID: id } : {};
  return { input: -1, dest, output: -1, readonly, mountType: 3, cacheOpt } as const;
}

function inOrder(mounts: readonly ReturnType<typeof cacheMount>[]) {
  const known = mounts.filter((mount) => mount !== undefined);
  return known.sort((a, b) => (a.dest < b.dest ? -1 : 1));
}

/** WORKDIR of root's. */
export function mkdirDigest({ path, owner }: MkdirOp): Digest | undefined {
  if (owner !== undefined && owner !== '') return undefined;
  return fileDigest({ path, mode: 0o755, makeParents: true, timestamp: -1 });
}

/** COPY of paths without wildcards, and without flags but an octal mode. */
export function copyDigest(op: CopyOp, paths: readonly string[]): Digest | undefined {
  const isPlain =
    op.owner === undefined &&
    op.exclude.length === 0 &&
    !op.parents &&
    !op.unpack &&
    !op.link &&
    /^[0-7]*$/.test(op.mode ?? '');
  if (!isPlain) return undefined;
  const mode = op.mode === undefined ? -1 : Number.parseInt(op.mode, 8);
  return fileDigest(
    ...paths.map((path) => ({
      src: path.split('/').at(-1) || '/',
      dest: op.destination,
      mode,
      followSymlink: true,
      dirCopyContents: true,
      createDestPath: true,
      allowWildcard: true,
      allowEmptyWildcard: true,
      timestamp: -1,
    })),
  );
}

function fileDigest(...actions: readonly object[]): Digest {
  return digestOfJson({
    Type: 'buildkit.file.v0',
    Actions: actions.map((action) => Buffer.from(goJson(action)).toString('base64')),
    indexes: actions.length < 3 ? undefined : indexesOf(actions.length),
  });
}

/**
 * Each action stands on the one before and copies from input 1, the last one is the output. BuildKit leaves this out
 * where it comes to what it once took for granted: for one action, or two.
 */
function indexesOf(count: number): readonly (readonly number[])[] {
  const inputs = 2;
  return Array.from({ length: count }, (_, at) => [
    ...[at === 0 ? 0 : inputs + at - 1, 1],
    at === count - 1 ? 0 : -1,
  ]);
}

function digestOfJson(value: object): Digest {
  return digestOf(Buffer.from(goJson(value)));
}

/** As `encoding/json` of Go: what HTML and JavaScript stumble over is escaped. */
function goJson(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
