/** Settings of a container, with the names of the library's `run()`. */
import type { IsolationChoice, PublishedPort, ResourceLimits } from '../runtime/index.ts';

/** A command, and how its container runs. */
export interface ContainerSettings {
  /** Replaces the image's CMD when not empty. */
  readonly command: readonly string[];
  /** Replaces the image's ENTRYPOINT; an empty string removes it. */
  readonly entrypoint?: string | undefined;
  /** Keep the caller's standard input open and pass it on. */
  readonly interactive?: boolean | undefined;
  /** Give the process a terminal: the caller's own. */
  readonly tty?: boolean | undefined;
  /** `NAME=value`, in order; already resolved against the caller's environment. */
  readonly env?: readonly string[] | undefined;
  readonly volumes?: readonly VolumeSpec[] | undefined;
  readonly tmpfs?: readonly TmpfsSpec[] | undefined;
  /**
   * Paths in the container of volumes with the image's files that end with the container, in addition to those that the
   * image declares.
   */
  readonly anonymousVolumes?: readonly string[] | undefined;
  readonly workdir?: string | undefined;
  readonly user?: string | undefined;
  readonly hostname?: string | undefined;
  /** Default: `LAMINA_ISOLATION`, else `auto`. */
  readonly isolation?: IsolationChoice | undefined;
  /** Default: `host`. */
  readonly network?: 'host' | 'none' | 'private' | undefined;
  /** Ports of this machine that lead to the process; only with a private network. */
  readonly publish?: readonly PublishedPort[] | undefined;
  /** An address may be `host-gateway`: this machine. */
  readonly addHosts?: readonly { readonly name: string; readonly address: string }[] | undefined;
  readonly readonlyRoot?: boolean | undefined;
  readonly limits?: ResourceLimits | undefined;
  /** Parent control group of the container's. */
  readonly cgroupParent?: string | undefined;
  /** `NET_ADMIN`, `CAP_NET_ADMIN`, `ALL`. */
  readonly capAdd?: readonly string[] | undefined;
  readonly capDrop?: readonly string[] | undefined;
  /** All capabilities and devices of this machine. */
  readonly privileged?: boolean | undefined;
  readonly devices?: readonly DeviceSpec[] | undefined;
  /** More groups of the user, by name or number. */
  readonly groups?: readonly string[] | undefined;
  /** Bytes of /dev/shm. */
  readonly shmSize?: number | undefined;
  readonly ulimits?:
    | readonly { readonly name: string; readonly soft: number; readonly hard: number }[]
    | undefined;
  /** A first process that passes signals on and reaps orphaned processes. */
  readonly init?: boolean | undefined;
  /** Called with the container's id, 64 hexadecimal digits, before the process starts; if it throws, the call ends. */
  readonly onId?: ((id: string) => void) | undefined;
  /**
   * Destination of the process's output. `inherit`: the caller's own file descriptors 0 to 2 (as the command line
   * needs, and the only way with `tty`); otherwise the functions receive it.
   */
  readonly stdio?: 'inherit' | OutputReceivers | undefined;
}

/** Functions that receive the output of a process. */
export interface OutputReceivers {
  /** Receives standard output. */
  readonly stdout: (data: Uint8Array) => void;
  /** Receives standard error. */
  readonly stderr: (data: Uint8Array) => void;
}

/** A directory or file of this machine in a container. */
export interface VolumeSpec {
  /** Absolute host path, as text. */
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  readonly readonly: boolean;
}

/** A file system in memory, in a container. */
export interface TmpfsSpec {
  /** Absolute path in the container. */
  readonly target: string;
  /** Bytes; undefined: half of this machine's memory. */
  readonly size?: number | undefined;
  /** Undefined: that of the directory it covers. */
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly readonly?: boolean | undefined;
  /** Programs in it can be started. */
  readonly exec?: boolean | undefined;
}

/** A device of this machine in a container. */
export interface DeviceSpec {
  /** Absolute host path: a device, or a directory with devices. */
  readonly source: string;
  /** Absolute path in the container, below /dev. */
  readonly target: string;
  /** Of `rwm`: read, write, make nodes. */
  readonly access: string;
}
