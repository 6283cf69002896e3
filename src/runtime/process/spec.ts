/**
 * A request to the runtime: one process in one root filesystem, as plain data that is sent to the runner.
 *
 * Host paths are latin1 byte strings unless noted. The kernel follows them as they are: a caller that names a path
 * inside an untrusted tree must resolve its symlinks inside that tree first.
 */
import type { BytePath, FileEntry } from '../../files/index.ts';
import type { ResourceLimits } from './resource-limits.ts';

/** One lower layer as overlayfs takes it. Its host paths are text. */
export type LowerDirectory =
  | { readonly kind: 'directory'; readonly path: string }
  /** An EROFS image of metadata whose content is in `device`, a host file. */
  | { readonly kind: 'erofs'; readonly meta: string; readonly device: string };

/** A mount beside the default ones. `target` is absolute, free of symlinks (see `prepareProcess`), latin1 bytes. */
export type ProcessMount =
  | {
      readonly kind: 'bind';
      readonly source: string;
      /** The mounted part of a directory: a path below it, which no link leaves; undefined: the source itself. */
      readonly within?: string | undefined;
      readonly target: string;
      readonly readonly: boolean;
      /** It is lamina's own, and no other process uses it now: it may be moved into the container and back. */
      readonly owned?: boolean | undefined;
    }
  | {
      /** A file or directory of another file system made of layers. */
      readonly kind: 'layers';
      readonly lowers: readonly LowerDirectory[];
      /** Inside that file system, resolved; `''` is its root. */
      readonly source: BytePath;
      readonly target: string;
      /**
       * An empty host directory for writes, which are discarded (`<scratch>.work` beside it is made and removed).
       * Without one the mount is read-only.
       */
      readonly scratch?: string | undefined;
    }
  | {
      readonly kind: 'tmpfs';
      readonly target: string;
      /** Bytes; undefined: the kernel's default. */
      readonly size?: number | undefined;
      readonly mode: number;
      readonly uid?: number | undefined;
      readonly gid?: number | undefined;
      readonly readonly?: boolean | undefined;
      /** Programs in it cannot be started: true for containers, not for build steps. */
      readonly noexec?: boolean | undefined;
    }
  | {
      /** A read-only file that exists in memory only: a secret, a script. */
      readonly kind: 'file';
      readonly target: string;
      /** Base64. */
      readonly content: string;
      readonly mode: number;
      readonly uid: number;
      readonly gid: number;
    };

/** A mount point the image lacks, or a directory on the way to one, repeated as the image has it. */
export type Stub = Pick<
  FileEntry,
  'path' | 'mode' | 'uid' | 'gid' | 'mtime' | 'mtimeNs' | 'xattrs'
> & {
  readonly type: 'file' | 'directory';
  /** Of a file, base64; undefined: empty. */
  readonly content?: string | undefined;
};

/** A file that replaces the image's for one process, which may replace it again: nothing is mounted there. */
export type LowerFile = Omit<Stub, 'type' | 'content'> & {
  /** Base64. */
  readonly content: string;
};

export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
  /** Contains `gid`. */
  readonly additionalGids: readonly number[];
}

export interface Ulimit {
  /** As in `--ulimit`: `nofile`, `core`, … */
  readonly name: string;
  /** -1 is unlimited. */
  readonly soft: number;
  readonly hard: number;
}

/** A device of this machine, and its path in the container. */
export interface HostDevice {
  readonly type: 'c' | 'b';
  /** Absolute, below /dev. */
  readonly path: string;
  readonly major: number;
  readonly minor: number;
  readonly fileMode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface ProcessDevice extends HostDevice {
  /** Allowed accesses, of `rwm`. */
  readonly access: string;
}

export interface ExtraHost {
  readonly name: string;
  readonly address: string;
}

/** That of this machine, none, or one of its own with connections to the outside. */
export type ProcessNetwork = 'host' | 'none' | 'private';

/** A port of this machine that leads to one of a private network. */
export interface PublishedPort {
  /** An IPv4 address of this machine; undefined: all of them. */
  readonly address?: string | undefined;
  /** Of this machine. */
  readonly host: number;
  /** Of the process. */
  readonly container: number;
  readonly protocol: 'tcp' | 'udp';
}

export interface ProcessSpec {
  /** Bottom first. None: the root filesystem starts empty. */
  readonly lowers: readonly LowerDirectory[];
  /**
   * The host directory that becomes the layer. `<upper>.work` beside it is made, used and removed. Without one
   * the root filesystem is read-only.
   */
  readonly upper?: string | undefined;
  readonly args: readonly string[];
  /** `NAME=value`, nothing is added. */
  readonly env: readonly string[];
  readonly cwd: string;
  /** Directories made in `upper` before the start, owned by the user: the missing part of `cwd`, parents first. */
  readonly newDirectories: readonly BytePath[];
  readonly user: ProcessUser;
  readonly hostname: string;
  readonly network: ProcessNetwork;
  /** For a private network. */
  readonly ports: readonly PublishedPort[];
  readonly security: 'sandbox' | 'insecure';
  readonly extraHosts: readonly ExtraHost[];
  readonly mounts: readonly ProcessMount[];
  /** Where the generated files are mounted, as `target` of a mount; undefined: nowhere. */
  readonly hostsTarget: string | undefined;
  readonly resolvTarget: string | undefined;
  readonly hostnameTarget: string | undefined;
  /** Whether the process may write the generated files (containers) or not (build steps). */
  readonly writableHosts: boolean;
  /** Metadata of the root directory. */
  readonly root: Stub;
  /** Sorted, parents first, without the root; empty when the image has every mount point. */
  readonly stubs: readonly Stub[];
  readonly terminal: boolean;
  /** Bytes of /dev/shm. */
  readonly shmSize: number;
  readonly ulimits: readonly Ulimit[];
  readonly umask: number;
  readonly limits: ResourceLimits;
  /** Parent control group of the container's; undefined: our own. */
  readonly cgroupParent: string | undefined;
  /** Names such as `NET_ADMIN`, or `ALL`; in addition to the security mode's. */
  readonly addedCapabilities: readonly string[];
  readonly droppedCapabilities: readonly string[];
  readonly devices: readonly ProcessDevice[];
}

export const DEFAULT_SHM_SIZE = 64 * 1024 * 1024;
export const DEFAULT_HOSTNAME = 'buildkitsandbox';
export const DEFAULT_UMASK = 0o022;

/** The end of a process. */
export interface ProcessResult {
  /** 0..255; 128 + n when signal n ended it. */
  readonly exitCode: number;
  /** The name of that signal. A process that exits with such a code itself looks the same. */
  readonly signal: string | undefined;
  /** The kernel killed a process of the container because memory ran out. */
  readonly oomKilled: boolean;
}
