/**
 * Exec operations: processes and their mounts.
 * https://github.com/moby/buildkit/blob/v0.32.2/client/llb/exec.go
 */
import type { AsWritten, ExecOp } from '../graph/index.ts';
import {
  type LlbCredential,
  type LlbExec,
  type LlbMeta,
  type LlbMount,
  type LlbProxyEnv,
  type LlbSecretEnv,
  unlessDefault,
} from './op.ts';

/** Numbers of the kinds of mounts. */
const SECRET = 1;
const SSH = 2;
const CACHE = 3;
const TMPFS = 4;

const NO_INPUT = -1;
const NO_OUTPUT = -1;
/** The default host name; operations leave it out. */
const USUAL_HOSTNAME = 'buildkitsandbox';
const NETWORKS = { default: 0, host: 1, none: 2 } as const;
const SHARINGS = { shared: 0, private: 1, locked: 2 } as const;

export interface ExecFacts {
  readonly op: ExecOp;
  readonly asWritten: AsWritten;
  /** `NAME=value`, as in `VertexInfo`. */
  readonly proxyEnv: readonly string[];
  /** The position of the root file system among the inputs; -1: none. */
  readonly root: number;
  /** Mounts of files, in the order of their targets. */
  readonly mounts: readonly LlbMount[];
}

export function execOp({ op, asWritten, proxyEnv, root, mounts }: ExecFacts): LlbExec {
  return {
    meta: metaOf(op, proxyEnv),
    mounts: [{ input: unlessDefault(root), dest: '/' }, ...mounts, ...credentials(op, asWritten)],
    network: unlessDefault(NETWORKS[asWritten.network]),
    security: unlessDefault(op.security === 'insecure' ? 1 : 0),
    secretenv: unlessDefault(secretEnv(op)),
  };
}

function metaOf(op: ExecOp, proxyEnv: readonly string[]): LlbMeta {
  const { args, env, cwd, user, hostname, extraHosts, ulimits } = op;
  return {
    args: unlessDefault(args),
    env: unlessDefault(env),
    cwd,
    user: unlessDefault(user),
    proxy_env: proxyOf(proxyEnv),
    extraHosts: unlessDefault(extraHosts.map(({ name, address }) => ({ Host: name, IP: address }))),
    hostname: hostname === USUAL_HOSTNAME ? undefined : unlessDefault(hostname),
    ulimit: unlessDefault(
      ulimits.map(({ name, soft, hard }) => ({
        ...{ Name: name, Soft: unlessDefault(soft), Hard: unlessDefault(hard) },
      })),
    ),
    removeMountStubsRecursive: true,
  };
}

/** Either spelling of a variable; BuildKit sets both. */
function proxyOf(variables: readonly string[]): LlbProxyEnv | undefined {
  if (variables.length === 0) return undefined;
  const values = new Map(
    variables.map((variable) => {
      const end = variable.indexOf('=');
      return [variable.slice(0, end).toLowerCase(), variable.slice(end + 1)];
    }),
  );
  return {
    http_proxy: values.get('http_proxy'),
    https_proxy: values.get('https_proxy'),
    ftp_proxy: values.get('ftp_proxy'),
    no_proxy: values.get('no_proxy'),
    all_proxy: values.get('all_proxy'),
  };
}

function secretEnv({ mounts }: ExecOp): readonly LlbSecretEnv[] {
  return mounts.flatMap((mount) =>
    mount.kind === 'secret' && mount.env !== undefined
      ? [{ ID: mount.id, name: mount.env, optional: unlessDefault(!mount.required) }]
      : [],
  );
}

export interface BindFacts {
  readonly target: string;
  /** Position among the inputs; -1: the empty file system. */
  readonly input: number;
  /** Absolute. */
  readonly selector: string;
  readonly readonly: boolean;
}

export function bindMount({ target, input, selector, readonly }: BindFacts): LlbMount {
  return {
    input: unlessDefault(input),
    selector: selectorOf(selector),
    dest: target,
    output: NO_OUTPUT,
    readonly: unlessDefault(readonly),
  };
}

export function tmpfsMount(target: string, size: number | undefined): LlbMount {
  return {
    ...{ input: NO_INPUT, dest: target, output: NO_OUTPUT, mountType: TMPFS },
    TmpfsOpt: { size: unlessDefault(size ?? 0) },
  };
}

export interface CacheFacts extends BindFacts {
  /** With its namespace. */
  readonly id: string;
  readonly sharing: keyof typeof SHARINGS;
}

export function cacheMount({ id, sharing, ...bind }: CacheFacts): LlbMount {
  return {
    ...bindMount(bind),
    mountType: CACHE,
    cacheOpt: { ID: unlessDefault(id), sharing: unlessDefault(SHARINGS[sharing]) },
  };
}

/** Without a selection, the whole input is mounted. */
function selectorOf(path: string): string | undefined {
  return path === '/' ? undefined : path;
}

/** Secrets and agents come after the files. */
function credentials({ mounts }: ExecOp, { targets }: AsWritten): readonly LlbMount[] {
  const secrets = mounts.flatMap((mount, position): LlbMount[] => {
    if (mount.kind !== 'secret' || mount.target === undefined) return [];
    const dest = targets[position] ?? mount.target;
    return [{ input: NO_INPUT, dest, mountType: SECRET, secretOpt: credential(mount) }];
  });
  const agents = mounts.flatMap((mount, position): LlbMount[] => {
    if (mount.kind !== 'ssh') return [];
    const dest = targets[position] ?? mount.target;
    return [{ input: NO_INPUT, dest, mountType: SSH, SSHOpt: credential(mount) }];
  });
  return [...secrets, ...agents];
}

type Credential = Extract<ExecOp['mounts'][number], { readonly kind: 'secret' | 'ssh' }>;

function credential({ id: ID, uid, gid, mode, required }: Credential): LlbCredential {
  return {
    ID,
    uid: unlessDefault(uid),
    gid: unlessDefault(gid),
    mode: unlessDefault(mode),
    optional: unlessDefault(!required),
  };
}
