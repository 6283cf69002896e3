/** The keys by which this machine knows the server of a Git repository over ssh. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Environment } from '../environment.ts';

const OF_MACHINE = '/etc/ssh/ssh_known_hosts';
const MAX_BYTES = 1 << 20;
const TIMEOUT = 10_000;

/** @returns the host as ssh names it in `known_hosts`; undefined: the remote is not reached by ssh */
export function sshHostOf(remote: string): string | undefined {
  const [, authority = ''] = /^ssh:\/\/(?:[^@/]*@)?([^/]+)/i.exec(remote) ?? [];
  const [, host, port = '22'] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(authority) ?? [];
  if (host !== undefined) {
    const name = host.replace(/^\[|\]$/g, '');
    return port === '22' ? name : `[${name}]:${port}`;
  }
  if (/^\w+:\/\//.test(remote)) return undefined;
  return /^(?:[^@/:]*@)?([^:/]+):/.exec(remote)?.[1];
}

/** @returns lines of `known_hosts` for the host; `''`: the machine does not know it */
export async function knownHostKeys(host: string, { HOME, PATH }: Environment): Promise<string> {
  const files = [...(HOME === undefined ? [] : [`${HOME}/.ssh/known_hosts`]), OF_MACHINE];
  const found = await Promise.all(
    files.filter((file) => existsSync(file)).map((file) => linesFor(host, file, PATH)),
  );
  return found.join('');
}

/** `ssh-keygen` knows hashed names and patterns. */
function linesFor(host: string, file: string, PATH: string | undefined): Promise<string> {
  const options = { env: { ...(PATH !== undefined && { PATH }) }, maxBuffer: MAX_BYTES };
  return new Promise((resolve) => {
    const args = ['-F', host, '-f', file];
    // Not found: it ends with 1, or it is not installed.
    execFile('ssh-keygen', args, { ...options, timeout: TIMEOUT }, (error, stdout) =>
      resolve(error === null ? stdout.replace(/^#.*\n/gm, '') : ''),
    );
  });
}
