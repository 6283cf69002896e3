/**
 * BuildKit's operations (LLB) as its API carries them, with the names of their fields. Members are in the order of the
 * file that defines them, and absent if they have protobuf's default value (`unlessDefault`), so that JSON of a record
 * equals what Go's encoder writes of the message.
 * https://github.com/moby/buildkit/blob/v0.32.2/solver/pb/ops.proto
 */

/** `Op`, without the digests of its inputs: see `LlbNode`. */
export type LlbOp =
  | { readonly exec: LlbExec; readonly platform: LlbPlatform }
  | { readonly source: LlbSource; readonly platform?: LlbPlatform | undefined }
  | { readonly file: LlbFile }
  | { readonly merge: LlbMerge };

/** `Platform` */
export type LlbPlatform = {
  readonly Architecture: string;
  readonly OS: string;
  readonly Variant?: string | undefined;
  readonly OSVersion?: string | undefined;
};

/** `SourceOp` */
export type LlbSource = {
  /** `docker-image://…`, `local://NAME`, `git://…`, the URL of a file. */
  readonly identifier: string;
  readonly attrs?: Readonly<Record<string, string>> | undefined;
};

/** `ExecOp` */
export type LlbExec = {
  readonly meta: LlbMeta;
  /** The root first, then files by their targets, then secrets, then agents. */
  readonly mounts: readonly LlbMount[];
  readonly network?: number | undefined;
  readonly security?: number | undefined;
  readonly secretenv?: readonly LlbSecretEnv[] | undefined;
};

/** `Meta` */
export type LlbMeta = {
  readonly args?: readonly string[] | undefined;
  readonly env?: readonly string[] | undefined;
  readonly cwd: string;
  readonly user?: string | undefined;
  readonly proxy_env?: LlbProxyEnv | undefined;
  readonly extraHosts?:
    | readonly { readonly Host: string; readonly IP?: string | undefined }[]
    | undefined;
  readonly hostname?: string | undefined;
  readonly ulimit?: readonly LlbUlimit[] | undefined;
  readonly removeMountStubsRecursive: true;
};

/** `ProxyEnv` */
export type LlbProxyEnv = {
  readonly http_proxy?: string | undefined;
  readonly https_proxy?: string | undefined;
  readonly ftp_proxy?: string | undefined;
  readonly no_proxy?: string | undefined;
  readonly all_proxy?: string | undefined;
};

/** `Ulimit` */
export type LlbUlimit = {
  readonly Name: string;
  readonly Soft?: number | undefined;
  readonly Hard?: number | undefined;
};

/** `SecretEnv` */
export type LlbSecretEnv = {
  readonly ID: string;
  readonly name: string;
  readonly optional?: boolean | undefined;
};

/** `Mount` */
export type LlbMount = {
  /** Position among the inputs; -1: none. Absent: the first. */
  readonly input?: number | undefined;
  /** The mounted part of the input. */
  readonly selector?: string | undefined;
  readonly dest: string;
  /** Which output gets the files that the process leaves there; -1: none. Absent: the first. */
  readonly output?: number | undefined;
  readonly readonly?: boolean | undefined;
  readonly mountType?: number | undefined;
  readonly TmpfsOpt?: { readonly size?: number | undefined } | undefined;
  readonly cacheOpt?: LlbCacheOpt | undefined;
  readonly secretOpt?: LlbCredential | undefined;
  readonly SSHOpt?: LlbCredential | undefined;
};

/** `CacheOpt` */
export type LlbCacheOpt = {
  readonly ID?: string | undefined;
  readonly sharing?: number | undefined;
};

/** `SecretOpt`, `SSHOpt` */
export type LlbCredential = {
  readonly ID?: string | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly mode?: number | undefined;
  readonly optional?: boolean | undefined;
};

/** `FileOp` */
export type LlbFile = { readonly actions: readonly LlbFileAction[] };

/** `FileAction`. Results of earlier actions are numbered after the inputs of the operation. */
export type LlbFileAction = {
  /** The file system to change; -1: the empty one. */
  readonly input: number;
  /** The file system to copy from; -1: none. */
  readonly secondaryInput: number;
  /** -1: only later actions use the result. */
  readonly output: number;
} & LlbAction;

/** The `oneof` of `FileAction`. */
export type LlbAction =
  | { readonly copy: LlbCopy }
  | { readonly mkfile: LlbMkfile }
  | { readonly mkdir: LlbMkdir };

/** `FileActionCopy` */
export type LlbCopy = {
  readonly src: string;
  readonly dest: string;
  readonly owner?: LlbChown | undefined;
  readonly mode?: number | undefined;
  readonly followSymlink?: boolean | undefined;
  readonly dirCopyContents?: boolean | undefined;
  readonly attemptUnpackDockerCompatibility?: boolean | undefined;
  readonly createDestPath: true;
  readonly allowWildcard?: boolean | undefined;
  readonly allowEmptyWildcard?: boolean | undefined;
  readonly timestamp: -1;
  readonly include_patterns?: readonly string[] | undefined;
  readonly exclude_patterns?: readonly string[] | undefined;
  readonly modeStr?: string | undefined;
  readonly required_paths?: readonly string[] | undefined;
};

/** `FileActionMkFile` */
export type LlbMkfile = {
  readonly path: string;
  readonly mode: number;
  /** Bytes, in base64 as JSON has them. */
  readonly data?: string | undefined;
  readonly timestamp: -1;
};

/** `FileActionMkDir` */
export type LlbMkdir = {
  readonly path: string;
  readonly mode?: number | undefined;
  readonly makeParents?: boolean | undefined;
  readonly owner?: LlbChown | undefined;
  /** Nanoseconds since the epoch; -1: the time it is made. */
  readonly timestamp?: number | undefined;
};

/** `ChownOpt` */
export type LlbChown = { readonly user: LlbUser; readonly group?: LlbUser | undefined };

/** `UserOpt`. A name is looked up in the file system of an input. */
export type LlbUser =
  | { readonly byName: { readonly name: string; readonly input?: number | undefined } }
  | { readonly byID: number };

/** `MergeOp` */
export type LlbMerge = { readonly inputs: readonly { readonly input?: number | undefined }[] };

/** Protobuf leaves out fields with the default value. */
export function unlessDefault<T extends string | number | boolean | readonly unknown[]>(
  value: T,
): T | undefined {
  const isDefault =
    value === '' ||
    value === 0 ||
    value === false ||
    (typeof value === 'object' && value.length === 0);
  return isDefault ? undefined : value;
}
