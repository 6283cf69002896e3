/** The process of an OCI runtime specification. */
import type { ConsoleSize, OciRlimit, OciSpec } from './oci-types.ts';
import type { ProcessSpec, Ulimit } from './spec.ts';

export interface OciProcessOptions {
  /** `CAP_…` */
  readonly granted: readonly string[];
  readonly oomScoreAdj: number;
  /** For a process with a terminal. */
  readonly consoleSize?: ConsoleSize | undefined;
}

export function ociProcess(
  spec: ProcessSpec,
  { granted, oomScoreAdj, consoleSize }: OciProcessOptions,
): OciSpec['process'] {
  const { uid, gid, additionalGids } = spec.user;
  return {
    terminal: spec.terminal,
    consoleSize,
    user: { uid, gid, umask: spec.umask, additionalGids },
    args: spec.args,
    env: spec.env,
    cwd: spec.cwd,
    capabilities: { bounding: granted, effective: granted, permitted: granted },
    rlimits: spec.ulimits.map(rlimit),
    noNewPrivileges: false,
    oomScoreAdj,
  };
}

function rlimit({ name, soft, hard }: Ulimit): OciRlimit {
  const limit = (value: number) => (value < 0 ? 'unlimited' : value);
  return { type: `RLIMIT_${name.toUpperCase()}`, soft: limit(soft), hard: limit(hard) };
}
