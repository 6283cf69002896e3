/**
 * Digests of BuildKit's exec operations.
 * https://github.com/moby/buildkit/blob/v0.32.2/solver/llbsolver/ops/exec.go
 */
import type { ExecOp } from '../../graph/index.ts';
import { digestOf, type Platform } from '../../oci/index.ts';
import { type GoValue, goJson, orAbsent } from './go-json.ts';
import { platformMembers } from './keys.ts';

/** Numbers of BuildKit's kinds of mounts. */
const SECRET = 1;
const SSH = 2;
const CACHE = 3;
const TMPFS = 4;

const NO_INPUT = -1;
const NO_OUTPUT = -1;
/** The host name where nobody said another; BuildKit's operations leave it out. */
const USUAL_HOSTNAME = 'buildkitsandbox';
const NETWORKS = { default: 0, host: 1, none: 2 } as const;

export type WrittenNetwork = keyof typeof NETWORKS;

/** A mount of files, whatever of: what it is mounted from is one of the operation's inputs, or nothing. */
export interface ExecMount {
  readonly target: string;
  readonly value: GoValue;
}

export interface ExecFacts {
  readonly op: ExecOp;
  readonly network: WrittenNetwork;
  readonly platform: Platform;
  /** In BuildKit's order, without the root. */
  readonly mounts: readonly ExecMount[];
}

export function execOperationDigest({ op, network, platform, mounts }: ExecFacts): string {
  const { args, env, cwd, user, hostname, extraHosts, ulimits } = op;
  const meta = {
    args: orAbsent(args),
    env: orAbsent(env),
    cwd,
    user: orAbsent(user),
    extraHosts: orAbsent(extraHosts.map(({ name }) => ({ Host: name }))),
    hostname: hostname === USUAL_HOSTNAME ? undefined : orAbsent(hostname),
    ulimit: orAbsent(
      ulimits.map(({ name, soft, hard }) => ({
        ...{ Name: name, Soft: orAbsent(soft), Hard: orAbsent(hard) },
      })),
    ),
    removeMountStubsRecursive: true,
  };
  const all = mounts.length === 0 ? undefined : [{ dest: '/' }, ...mounts.map((one) => one.value)];
  const secretenv = op.mounts.flatMap((mount) =>
    mount.kind === 'secret' && mount.env !== undefined
      ? [{ ID: mount.id, name: mount.env, optional: orAbsent(!mount.required) }]
      : [],
  );
  return digestOf(
    goJson({
      Type: 'buildkit.exec.v0',
      Exec: {
        meta,
        mounts: all,
        network: orAbsent(NETWORKS[network]),
        security: orAbsent(op.security === 'insecure' ? 1 : 0),
        secretenv: orAbsent(secretenv),
      },
      ...platformMembers(platform),
    }),
  );
}

export function bindMount(target: string, input: number, readonly: boolean): ExecMount {
  const output = NO_OUTPUT;
  const value = { input: orAbsent(input), dest: target, output, readonly: orAbsent(readonly) };
  return { target, value };
}

export function tmpfsMount(target: string, size: number | undefined): ExecMount {
  const value = {
    ...{ input: NO_INPUT, dest: target, output: NO_OUTPUT, mountType: TMPFS },
    TmpfsOpt: { size: orAbsent(size ?? 0) },
  };
  return { target, value };
}

export interface CacheMountFacts {
  readonly target: string;
  /** With its namespace. */
  readonly id: string;
  readonly sharing: 'shared' | 'private' | 'locked';
  readonly readonly: boolean;
  readonly input: number | undefined;
}

/** The id counts only where it is the one that a mount without an id has. */
export function cacheMount({ target, id, sharing, readonly, input }: CacheMountFacts): ExecMount {
  const isUsual =
    sharing === 'shared' && (id === target || id.slice(id.indexOf('/') + 1) === target);
  const value = {
    ...{
      input: orAbsent(input ?? NO_INPUT),
      dest: target,
      output: NO_OUTPUT,
      readonly: orAbsent(readonly),
    },
    mountType: CACHE,
    cacheOpt: { ID: isUsual ? id : undefined },
  };
  return { target, value };
}

type MountOf<K> = Extract<ExecOp['mounts'][number], { kind: K }>;

export function secretMount(target: string, mount: MountOf<'secret'>): ExecMount {
  const { id: ID, uid, gid, mode, required } = mount;
  const secretOpt = { ID, ...permissions({ uid, gid, mode, required }) };
  return { target, value: { input: NO_INPUT, dest: target, mountType: SECRET, secretOpt } };
}

/** @param namesDefault whether the Dockerfile names the agent that is meant without a name, too */
export function sshMount(target: string, mount: MountOf<'ssh'>, namesDefault: boolean): ExecMount {
  const { id, uid, gid, mode, required } = mount;
  const ID = id === 'default' && !namesDefault ? undefined : id;
  const SSHOpt = { ID, ...permissions({ uid, gid, mode, required }) };
  return { target, value: { input: NO_INPUT, dest: target, mountType: SSH, SSHOpt } };
}

interface Permissions {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly required: boolean;
}

function permissions({ uid, gid, mode, required }: Permissions) {
  return {
    uid: orAbsent(uid),
    gid: orAbsent(gid),
    mode: orAbsent(mode),
    optional: orAbsent(!required),
  };
}
