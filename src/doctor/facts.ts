/** What a diagnosis is judged by, read from this machine and its network. Plain data: a test writes its own. */
import type { TrustFacts } from '../http/index.ts';
import type { ProbedRegistry } from '../registry/index.ts';
import type { DelegationReport, Emulator, IsolationReport } from '../runtime/index.ts';

export interface Facts {
  /** Of lamina. */
  readonly version: string;
  /** Of this machine: `linux/amd64`. */
  readonly platform: string;
  readonly node: string;
  /** Whose package manager the advice is for; undefined: it is not known. */
  readonly packageManager: PackageManager | undefined;
  /** Whether apt has no lists of packages. Other package managers fetch theirs. */
  readonly lacksPackageLists: boolean;
  readonly user: UserFacts;
  readonly isolations: readonly IsolationReport[];
  readonly store: StoreFacts;
  readonly layers: LayerFacts;
  readonly cgroups: CgroupFacts;
  /** Undefined: they could not be tried in time. */
  readonly emulators: readonly Emulator[] | undefined;
  readonly registries: readonly ProbedRegistry[];
  readonly trust: TrustFacts;
  readonly tools: readonly ToolFacts[];
}

export type PackageManager = 'apt' | 'dnf' | 'apk' | 'zypper' | 'pacman';

export interface UserFacts {
  readonly isRoot: boolean;
  readonly uid: number;
  /** Undefined if /etc/passwd has no entry. */
  readonly name: string | undefined;
  /** How many ids /etc/subuid and /etc/subgid give this user: the smaller number. */
  readonly subordinateIds: number;
  /** The first id that neither file gives to anybody. */
  readonly firstFreeId: number;
  /** Whether the programs that apply these files are there. */
  readonly canMapIds: boolean;
}

/** Less may not hold a few base images. */
export const ENOUGH_BYTES = 2e9;
export const ENOUGH_INODES = 20_000;

export interface StoreFacts {
  readonly root: string;
  /** `new`: it does not exist, and can be created. */
  readonly state: 'new' | 'writable' | 'read-only' | 'unusable';
  /** Why it is unusable, and what to do about it. */
  readonly trouble: { readonly reason: string; readonly hint: string | undefined } | undefined;
  /** Of the file system that holds it; undefined: it could not be asked in time. */
  readonly disk: DiskFacts | undefined;
  /** Another directory for a store, on a disk that has room and lasts; undefined: none was found. */
  readonly elsewhere: string | undefined;
}

export interface DiskFacts {
  /** `overlay`, `tmpfs`, `nfs`: those that matter here. */
  readonly kind: string | undefined;
  readonly freeBytes: number;
  readonly totalBytes: number;
  /** Undefined: the file system has no fixed number. */
  readonly freeInodes: number | undefined;
}

export interface LayerFacts {
  /** Why overlayfs could not be mounted over directories beside the store's; undefined: it was mounted. */
  readonly overlayRefusal: string | undefined;
  /** Whether the kernel reads EROFS images from files. */
  readonly erofs: boolean;
}

export interface CgroupFacts {
  readonly hierarchy: 'unified' | 'legacy' | 'none';
  /** Those of the root. */
  readonly controllers: readonly string[];
  readonly isWritable: boolean;
  /** Controllers that belong to cgroup v1, and that the kernel was told to leave out. */
  readonly legacy: readonly string[];
  readonly disabled: readonly string[];
  /** For users, and root of a user namespace: what their own control groups can limit. */
  readonly delegation: DelegationReport | undefined;
}

export interface ToolFacts {
  readonly name: string;
  /** Absolute; undefined: not found. */
  readonly path: string | undefined;
}
