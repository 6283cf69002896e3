/** What this machine lets this user do, as far as isolations depend on it. Facts that cost a process are read late. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { release } from 'node:os';
import type { Environment } from '../../environment.ts';
import { findProgram, hasOneId, isInUserNamespace, isRoot } from '../../system/index.ts';
import { lackingSubordinateIds } from '../../user-namespace/index.ts';
import { readDelegationView, undelegatedControllers } from '../cgroups/index.ts';
import { canLockMemory, ownCapabilities } from '../process/index.ts';

/** What the kernel answered: undefined if it did what was tried, else its refusal in words. */
export type Refusal = string | undefined;

export interface MachineFacts {
  /** As `process.platform` has it. */
  readonly system: string;
  /** As `process.arch` has it. */
  readonly architecture: string;
  /** The kernel's release, such as `6.12.3`. */
  readonly kernel: string;
  /** Of the machine or of a user namespace. */
  readonly isRoot: boolean;
  readonly isInUserNamespace: boolean;
  /** Whether a user namespace, this one or the one that lamina's command would enter, has no other users. */
  readonly hasOneId: boolean;
  /** Lamina's command is what is asked about: for a user it enters a namespace first. */
  readonly isOfCommand: boolean;
  /** Bit n for capability n. */
  readonly capabilities: bigint;
  /** LAMINA_RUNTIME. */
  readonly askedOciProgram: string | undefined;
  /** The absolute path of a program, by name or path. */
  readonly find: (program: string) => string | undefined;
  /** Whether crun could not filter devices: cgroup v2 only, and too little memory may be locked. */
  readonly crunLacksFilter: () => boolean;
  /** Controllers of the usual limits that no control group of a user has. */
  readonly undelegatedControllers: () => readonly string[];
  /** Tries to make a mount and a pid namespace. */
  readonly refusedNamespaces: () => Refusal;
  /** Tries to make a user namespace, and these two in it. */
  readonly refusedUserNamespaces: () => Refusal;
  /** Tries to trace a program with proot. */
  readonly refusedTracing: () => Refusal;
}

/**
 * @param env has PATH and LAMINA_RUNTIME
 * @param isOfCommand see `MachineFacts`
 */
export function readMachineFacts(env: Environment, isOfCommand = false): MachineFacts {
  const namespaces = ['--mount', '--propagation=private', '--pid'];
  return {
    system: process.platform,
    architecture: process.arch,
    kernel: release(),
    isRoot: isRoot(),
    isInUserNamespace: isInUserNamespace(),
    hasOneId: isOfCommand && !isRoot() ? lackingSubordinateIds(env) !== undefined : hasOneId(),
    isOfCommand,
    capabilities: ownCapabilities(),
    askedOciProgram: env.LAMINA_RUNTIME || undefined,
    find: (program) => findProgram(program, env),
    crunLacksFilter: () => existsSync('/sys/fs/cgroup/cgroup.controllers') && !canLockMemory(),
    undelegatedControllers: () => undelegatedControllers(readDelegationView()),
    refusedNamespaces: () => tryUnshare(namespaces, env),
    refusedUserNamespaces: () => tryUnshare(['--user', '--map-root-user', ...namespaces], env),
    refusedTracing: () => tryProot(env),
  };
}

/** For a program that does nothing, on a busy machine. */
const TRIAL_MS = 20_000;

/** Starts a program that does nothing in new namespaces. */
function tryUnshare(kinds: readonly string[], env: Environment): Refusal {
  const program = findProgram('unshare', env);
  if (program === undefined) return 'unshare of util-linux is not installed';
  const args = [...kinds, '--fork', '--', 'true'];
  const { status, stderr } = tryProgram(program, args, env);
  if (status === 0) return undefined;
  return stderr.trim().replace(/^unshare: /, '') || 'unshare failed';
}

function tryProot(env: Environment): Refusal {
  const program = findProgram('proot', env);
  if (program === undefined) return 'proot is not installed';
  // An image without a shell has no `true`.
  const traced = [findProgram('true', env) ?? process.execPath, '--version'];
  const { status, stderr } = tryProgram(program, traced, env);
  if (status === 0) return undefined;
  return stderr.trim().split('\n')[0] || 'proot failed';
}

/** Where a sandbox around us makes it hang, it does not work. */
function tryProgram(program: string, args: readonly string[], env: Environment) {
  return spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...env },
    timeout: TRIAL_MS,
    killSignal: 'SIGKILL',
  });
}
