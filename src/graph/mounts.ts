/**
 * The mounts of a RUN. Each kind defines here what belongs to the step's key: a new kind does not compile without it.
 * The parser (`dockerfile/mount.ts`), the planner and the drivers each have a table of the same kinds; the runtime's
 * mounts have other kinds (`ProcessMount`), since for the kernel an agent's socket and a cache are the same.
 */

/** A file or directory of another file system. */
export interface BindMount {
  readonly kind: 'bind';
  readonly target: string;
  readonly input: number;
  readonly source: string;
  readonly readonly: boolean;
}

export interface CacheMount {
  readonly kind: 'cache';
  readonly target: string;
  /** With the namespace before the first slash. */
  readonly id: string;
  readonly sharing: 'shared' | 'private' | 'locked';
  readonly readonly: boolean;
  /** The initial files of a new cache: one layer, in which `source` is the directory. */
  readonly input: number | undefined;
  readonly source: string;
  /** The mounted part of the cache: a path below it, which must exist; undefined: all of it. */
  readonly within: string | undefined;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

export interface TmpfsMount {
  readonly kind: 'tmpfs';
  readonly target: string;
  readonly size: number | undefined;
}

export interface SecretMount {
  readonly kind: 'secret';
  readonly id: string;
  readonly target: string | undefined;
  /** Name of the variable with the secret. */
  readonly env: string | undefined;
  readonly required: boolean;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

export interface SshMount {
  readonly kind: 'ssh';
  readonly id: string;
  readonly target: string;
  readonly required: boolean;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

export type MountSpec = BindMount | CacheMount | TmpfsMount | SecretMount | SshMount;
export type MountKind = MountSpec['kind'];
export type MountOf<Kind extends MountKind> = Extract<MountSpec, { readonly kind: Kind }>;

/** A file or directory of one of the step's inputs. */
export interface FilesOfInput {
  readonly input: number;
  readonly path: string;
}

interface MountRules<Mount extends MountSpec> {
  /** The mount in the step's key: without what may differ from build to build. */
  readonly keyed: (mount: Mount) => Mount;
  /** The files whose digest is in the key too; undefined: this one has none. Absent for kinds that never have any. */
  readonly files: ((mount: Mount) => FilesOfInput | undefined) | undefined;
}

export const MOUNT_KINDS: { readonly [Kind in MountKind]: MountRules<MountOf<Kind>> } = {
  // The path of the files in their file system makes no difference to the process.
  bind: {
    keyed: (mount) => ({ ...mount, source: '' }),
    files: ({ input, source }) => ({ input, path: source }),
  },
  // The contents of a cache change from step to step; its initial files do not.
  cache: {
    keyed: (mount) => ({ ...mount, id: '', sharing: 'shared', source: '' }),
    files: ({ input, source }) => (input === undefined ? undefined : { input, path: source }),
  },
  tmpfs: { keyed: (mount) => mount, files: undefined },
  // The id, not the bytes.
  secret: { keyed: (mount) => mount, files: undefined },
  ssh: { keyed: (mount) => mount, files: undefined },
};

/** The rules of the mount's kind, for this mount. */
export function mountRules(mount: MountSpec): {
  readonly keyed: () => MountSpec;
  readonly files: (() => FilesOfInput | undefined) | undefined;
} {
  return rulesFor(mount);
}

function rulesFor<Kind extends MountKind>(mount: MountOf<Kind>) {
  const rules: MountRules<MountOf<Kind>> = MOUNT_KINDS[mount.kind];
  return { keyed: () => rules.keyed(mount), files: rules.files && (() => rules.files?.(mount)) };
}
