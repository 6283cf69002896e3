/**
 * The graph of operations as plain, immutable, serialisable data. A vertex is one operation with its inputs; its
 * definition digest covers the request: kind and semantics version of the operation, its parameters, its inputs'
 * definition digests. Names for people, source locations and stages are separate, in `VertexInfo`, since they do not
 * change the result.
 */
import type { InstructionPart, SourceLocation } from '../errors.ts';
import type { Digest, Platform } from '../oci/index.ts';
import type { MountSpec } from './mounts.ts';

/** Definition digest: `sha256:<64 hex>` over the canonical JSON of op and inputs. */
export type VertexId = string & { readonly __brand: 'VertexId' };

/** An image: its layers become the file system. */
export interface ImageOp {
  readonly kind: 'image';
  /**
   * The image's config digest: tags are resolved before the graph is made. It identifies the image, since it names the
   * layers by their content. The image's location is in `VertexInfo.image`: the same layers under another name, or
   * recompressed under another manifest, are one vertex with one result.
   */
  readonly imageId: Digest;
}

/** A file from an HTTP(S) server: a tree with this one file, mode 0600, owned by root. */
export interface HttpOp {
  readonly kind: 'http';
  readonly url: string;
  /** `sha256:<64 hex>` of the body; then the server is not asked when the cache has it. */
  readonly checksum: string | undefined;
  readonly filename: string;
}

/** The files of a git commit, owned by root. */
export interface GitOp {
  readonly kind: 'git';
  readonly remote: string;
  /** Branch, tag, full name or commit; undefined: the remote's HEAD. */
  readonly ref: string | undefined;
  /** Only this directory of the repository; `''`: all. */
  readonly subdir: string;
  readonly keepGitDir: boolean;
  readonly submodules: boolean;
  /** The required commit, or a prefix of it. */
  readonly checksum: string | undefined;
  /** Files get the time of the commit, not of the checkout. */
  readonly commitTime: boolean;
  /** The checksum is fetched whatever the ref points to at the remote. */
  readonly fetchByCommit?: boolean | undefined;
}

/** A local directory; the operations that use it decide which files are read. */
export interface ContextOp {
  readonly kind: 'context';
  /** `context` for the build context, else the name of a named context. */
  readonly name: string;
}

/** Files of one of the inputs. */
export interface TreeSource {
  readonly kind: 'tree';
  /** Index into the vertex's inputs of the tree the paths are in. */
  readonly input: number;
  /** Paths or wildcards as written, after expansion (UTF-8 text). */
  readonly paths: readonly string[];
  /** ADD: unpack archives found among the paths. */
  readonly unpack: boolean;
  /** The tree is a directory of this machine: owners of its files are ignored. */
  readonly isLocal: boolean;
}

/** A here-document: a file whose content is in the Dockerfile. */
export interface InlineSource {
  readonly kind: 'inline';
  readonly name: string;
  readonly content: string;
}

export type CopySource = TreeSource | InlineSource;

/** COPY and ADD of existing files (context, stage, image, here-document). Input 0 is the file system copied into. */
export interface CopyOp {
  readonly kind: 'copy';
  /** In the order of copying: a later one overwrites an earlier one. */
  readonly sources: readonly CopySource[];
  /** Absolute destination, after WORKDIR; a trailing slash means directory. */
  readonly destination: string;
  /** As written: `user[:group]`, names or numbers. */
  readonly owner: string | undefined;
  /** As written: octal or symbolic. */
  readonly mode: string | undefined;
  readonly exclude: readonly string[];
  readonly parents: boolean;
  /** COPY --link: destination symlinks are not followed, the layer does not depend on the layers below. */
  readonly link: boolean;
  /** The destination gets the mode and owner of a directory whose contents are copied, too. */
  readonly keepsTop?: true | undefined;
}

/** A copy of all files at one path of input 1, as they are, without any flag. */
export function plainCopy(
  path: string,
  destination: string,
  source: Partial<Pick<TreeSource, 'unpack' | 'isLocal'>> = {},
): CopyOp {
  const { unpack = false, isLocal = false } = source;
  return {
    kind: 'copy',
    sources: [{ kind: 'tree', input: 1, paths: [path], unpack, isLocal }],
    destination,
    owner: undefined,
    mode: undefined,
    exclude: [],
    parents: false,
    link: false,
  };
}

/** WORKDIR: makes a directory with its parents. Input 0 is the file system. */
export interface MkdirOp {
  readonly kind: 'mkdir';
  readonly path: string;
  /** As in USER; newly made directories belong to it. */
  readonly owner: string | undefined;
}

/** RUN. Input 0 is the root file system; the mounts name further inputs. */
export interface ExecOp {
  readonly kind: 'exec';
  /** The platform of the process: the same files may run for several. */
  readonly platform: Platform;
  readonly args: readonly string[];
  /** `NAME=value`, in order. */
  readonly env: readonly string[];
  readonly cwd: string;
  readonly user: string;
  /** That of the machine, none, or one of the step's own with connections to the outside. */
  readonly network: 'host' | 'none' | 'private';
  readonly security: 'sandbox' | 'insecure';
  readonly hostname: string;
  /** `name ip`, from --add-host. */
  readonly extraHosts: readonly { readonly name: string; readonly address: string }[];
  readonly mounts: readonly MountSpec[];
  /** A here-document script: mounted read-only at its path and executed. */
  readonly script: { readonly path: string; readonly content: string } | undefined;
  readonly shmSize: number | undefined;
  readonly ulimits: readonly {
    readonly name: string;
    readonly soft: number;
    readonly hard: number;
  }[];
}

export type Op = ImageOp | ContextOp | HttpOp | GitOp | CopyOp | MkdirOp | ExecOp;

export interface Vertex {
  readonly id: VertexId;
  readonly op: Op;
  /** Definition digests of the inputs; `scratch` stands for the empty file system. */
  readonly inputs: readonly (VertexId | typeof SCRATCH)[];
}

/** The empty file system, which needs no vertex. */
export const SCRATCH = 'scratch';

/** Where another machine gets the image of an `ImageOp`. */
export interface ImageSource {
  /**
   * In full form: `docker.io/library/debian:bookworm`. An image built here has a name too, which no registry need have.
   * Undefined: it came from a directory of this machine.
   */
  readonly reference: string | undefined;
  /** Of the manifest for the platform. Undefined: unknown. */
  readonly manifestDigest: Digest | undefined;
}

/** Facts about a vertex for people, and options that do not change its result. Not part of its identity. */
export interface VertexInfo {
  readonly name: string;
  readonly stage: string | undefined;
  /** The platform of its processes; undefined: it has none, or this machine's. */
  readonly platform?: Platform | undefined;
  /** Of an image. */
  readonly image?: ImageSource | undefined;
  readonly locations: Locations;
  /** The instruction as written, on one line. */
  readonly instruction: string | undefined;
  /** Whether the cache is ignored for this vertex (--no-cache, --no-cache-filter). */
  readonly ignoreCache: boolean;
  /** Predefined proxy variables of a RUN; not part of any key. */
  readonly proxyEnv?: readonly string[] | undefined;
  /** Spellings of a RUN that make no difference here, but do to BuildKit's keys. */
  readonly asWritten?: AsWritten | undefined;
}

/** Locations of an instruction and its parts in the text; empty without a Dockerfile. */
export type Locations = Readonly<Partial<Record<InstructionPart, SourceLocation>>>;

export interface AsWritten {
  readonly network: 'default' | 'host' | 'none';
  /** Of the mounts, in order: not cleaned, for secrets and agents not made absolute; undefined without a target. */
  readonly targets: readonly (string | undefined)[];
}

export interface Graph {
  readonly vertices: ReadonlyMap<VertexId, Vertex>;
  readonly info: ReadonlyMap<VertexId, VertexInfo>;
}
