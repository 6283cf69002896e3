/**
 * A user namespace for an ordinary user. Node.js has several threads, so it cannot enter one itself: a process that only
 * sleeps makes the namespace and keeps it until another program has entered it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Environment } from '../environment.ts';
import { findProgram } from '../system/index.ts';
import { lackingSubordinateIds, mappingArguments, ownSubordinateIds } from './subordinate-ids.ts';

/** `single`: the user's own id and no other. `auto`: with the user's subordinate ids, if there are any. */
export type UsernsRemap = 'auto' | 'single';

export type NewNamespace =
  | {
      /** Of the process that keeps the namespace. It ends by itself after a few seconds. */
      readonly pid: number;
      /** The beginning of a command line that runs another in the namespace, as its root. */
      readonly enter: readonly string[];
      close(): void;
    }
  | { readonly refusal: string };

/** Seconds until the process that keeps the namespace ends, whatever happens to lamina. */
const KEPT_S = 10;
const KEEP = `echo; exec sleep ${KEPT_S}`;

/** Makes a namespace, gives it its ids, and tries whether its root may mount. */
export async function newUserNamespace(
  remap: UsernsRemap,
  env: Environment,
): Promise<NewNamespace> {
  const unshare = findProgram('unshare', env);
  const nsenter = findProgram('nsenter', env);
  if (unshare === undefined || nsenter === undefined) {
    return { refusal: 'unshare and nsenter of util-linux are not installed' };
  }
  const keeper = await keep(unshare, env);
  if ('refusal' in keeper) return keeper;
  const { pid, close } = keeper;
  try {
    if (remap === 'single' || (await mapSubordinateIds(pid, env)) !== undefined) mapOneId(pid);
    const enter = [nsenter, '--user', '--target', `${pid}`, '--preserve-credentials', '--'];
    const trial = [...enter, unshare, '--mount', '--propagation', 'private', 'true'];
    const refusal = await failureOf(trial, env);
    if (refusal === undefined) return { pid, enter, close };
    close();
    return { refusal };
  } catch (error) {
    close();
    return { refusal: error instanceof Error ? error.message : String(error) };
  }
}

type Keeper = { readonly pid: number; close(): void } | { readonly refusal: string };

function keep(unshare: string, env: Environment): Promise<Keeper> {
  const child = spawn(unshare, ['--user', '--', 'sh', '-c', KEEP], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env },
  });
  const said = collected(child);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ refusal: error.message }));
    child.once('close', () => resolve({ refusal: refusalIn(said(), 'unshare failed') }));
    child.stdout.once('data', () => {
      const { pid } = child;
      if (pid !== undefined) resolve({ pid, close: () => void child.kill('SIGKILL') });
    });
  });
}

/** @returns why the namespace has no ids yet */
async function mapSubordinateIds(pid: number, env: Environment): Promise<string | undefined> {
  const lacking = lackingSubordinateIds(env);
  if (lacking !== undefined) return lacking;
  const { uids, gids } = ownSubordinateIds();
  const mapUids = mappingArguments(process.geteuid?.() ?? 0, uids);
  const failure = await failureOf(['newuidmap', `${pid}`, ...mapUids], env);
  if (failure !== undefined) return `newuidmap: ${failure}`;
  const mapGids = mappingArguments(process.getegid?.() ?? 0, gids);
  const second = await failureOf(['newgidmap', `${pid}`, ...mapGids], env);
  // The kernel maps ids once: there is no way back to one id.
  if (second !== undefined) throw new Error(`newgidmap: ${second}`);
  return undefined;
}

/** The kernel lets every user map the own id, if groups cannot be given up. */
function mapOneId(pid: number): void {
  writeFileSync(`/proc/${pid}/setgroups`, 'deny');
  writeFileSync(`/proc/${pid}/uid_map`, `0 ${process.geteuid?.()} 1`);
  writeFileSync(`/proc/${pid}/gid_map`, `0 ${process.getegid?.()} 1`);
}

/** @returns undefined if the program succeeded */
function failureOf(command: readonly string[], env: Environment): Promise<string | undefined> {
  const [name = '', ...args] = command;
  const program = findProgram(name, env) ?? name;
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...env } });
  const said = collected(child);
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (status) => {
      resolve(status === 0 ? undefined : refusalIn(said(), `${name} failed`));
    });
  });
}

function collected(child: ChildProcess): () => string {
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (some: string) => {
    text += some;
  });
  return () => text;
}

/** The first line, without the program's name. */
function refusalIn(said: string, otherwise: string): string {
  const [first = ''] = said.trim().split('\n');
  return first.replace(/^(?:\S*\/)?(?:unshare|nsenter|newuidmap|newgidmap): /, '') || otherwise;
}
