/** Follows the advice of `lamina doctor`: what is for a shell is run, what a container or machine lacks is given to it. */
import { chmodSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerCommand, ImageContainerLimits } from './image-container.ts';

export interface Machine {
  readonly limits: ImageContainerLimits;
  readonly env: Readonly<Record<string, string>>;
}

export interface Surroundings {
  /** A directory for what is made. */
  readonly directory: string;
  /** The certificate of the registry's own authority. */
  readonly authority: string;
}

type Follow = (machine: Machine, found: RegExpExecArray, here: Surroundings) => Machine;

/** What people do with each kind of advice. */
const FOLLOWED: readonly (readonly [RegExp, Follow])[] = [
  [/^export (\w+)=(\S+)$/, (machine, [, name = '', value = '']) => withEnv(machine, name, value)],
  [/^unset (\w+)/, (machine, [, name = '']) => withEnv(machine, name, undefined)],
  [/^install (\S+)$/, (machine, [, name = '']) => installed(machine, name)],
  [
    /put it in (\/etc\/docker\/certs\.d\/\S+)$/,
    (machine, [, path = ''], { authority }) => withFile(machine, path, authority),
  ],
  [
    /^start the container with Docker's default capabilities$/,
    ({ limits: { capabilities: _, ...limits }, env }) => ({ env, limits }),
  ],
  [
    /^run lamina as root of its container$/,
    ({ limits: { capabilities: _, ...limits }, env }) => {
      return { env, limits: { ...limits, uid: 0, gid: 0 } };
    },
  ],
  [
    /^allow the system call ptrace in the container$/,
    ({ limits: { refusedCalls: _, ...limits }, env }) => ({ env, limits }),
  ],
  [
    /^mount a file system without noexec at \/tmp, writable for this user$/,
    ({ limits: { tmpfs: _, ...limits }, env }, __, { directory }) => {
      const path = mkdtempSync(join(directory, 'tmp-'));
      chmodSync(path, 0o1777);
      return { env, limits: { ...limits, volumes: { ...limits.volumes, '/tmp': path } } };
    },
  ],
];

/** @throws Error if nobody could follow it */
export function follow(advice: string, machine: Machine, here: Surroundings): Machine {
  for (const [pattern, act] of FOLLOWED) {
    const found = pattern.exec(advice);
    if (found !== null) return act(machine, found, here);
  }
  throw new Error(`advice that nobody can follow: ${advice}`);
}

/** Programs that are hidden by files which are not programs. */
export function without(programs: readonly string[], empty: string): ImageContainerLimits {
  return { files: Object.fromEntries(programs.map((path) => [path, empty])) };
}

export function commandOf({ env }: Machine): ContainerCommand {
  return { env };
}

function withEnv({ limits, env }: Machine, name: string, value: string | undefined): Machine {
  const { [name]: _, ...others } = env;
  return { limits, env: value === undefined ? others : { ...others, [name]: value } };
}

function withFile({ limits, env }: Machine, path: string, source: string): Machine {
  return { env, limits: { ...limits, files: { ...limits.files, [path]: source } } };
}

/** Of Debian's packages the ones that a test hides or leaves out. */
function installed({ limits, env }: Machine, name: string): Machine {
  const files = Object.entries(limits.files ?? {}).filter(([path]) => !path.endsWith(`/${name}`));
  const machine = { env, limits: { ...limits, files: Object.fromEntries(files) } };
  if (name !== 'qemu-user-static') return machine;
  return withFile(machine, '/usr/bin/qemu-aarch64-static', '/usr/bin/qemu-aarch64-static');
}
