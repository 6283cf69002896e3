/** OpenSSH's server on a port of this machine, with separate keys. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { accepts, freePort } from './ports.ts';
import { ensureTool } from './tools.ts';

export interface SshServer extends AsyncDisposable {
  /** `ssh://user@127.0.0.1:port`; paths are those of this machine. */
  readonly url: string;
  readonly port: number;
  /** A private key that may log in. */
  readonly key: string;
  /** The server's public key, as after the host in a line of known_hosts. */
  readonly hostKey: string;
}

/**
 * @param directory an empty directory for the server's files
 * @param more lines of sshd_config, by their keyword
 */
export async function startSshServer(
  directory: string,
  more: Readonly<Record<string, string>> = {},
): Promise<SshServer> {
  ensureTool('ssh-keygen', 'openssh-client');
  const program = ensureTool('sshd', 'openssh-server');
  const at = (name: string) => join(directory, name);
  mkdirSync(directory, { recursive: true });
  for (const name of ['host', 'client']) {
    const made = ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)];
    execFileSync('ssh-keygen', made);
  }
  writeFileSync(at('authorized'), readFileSync(at('client.pub')));
  const port = await freePort();
  const settings = [
    ...[`HostKey ${at('host')}`, `AuthorizedKeysFile ${at('authorized')}`, `PidFile ${at('pid')}`],
    ...['ListenAddress 127.0.0.1', 'StrictModes no', 'UsePAM no', 'PasswordAuthentication no'],
    ...['PermitRootLogin prohibit-password', 'KbdInteractiveAuthentication no'],
    ...Object.entries(more).map((pair) => pair.join(' ')),
  ];
  writeFileSync(at('config'), `${settings.join('\n')}\n`);
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const args = ['-D', '-e', '-f', at('config'), '-p', String(port)];
  const child = spawn(program, args, { stdio: 'ignore' });
  for (let tries = 0; !(await accepts(port)); tries++) {
    if (tries > 400 || child.exitCode !== null) throw new Error('sshd does not answer');
    await delay(25);
  }
  const user = execFileSync('id', ['-un'], { encoding: 'utf8' }).trim();
  return {
    url: `ssh://${user}@127.0.0.1:${port}`,
    port,
    key: at('client'),
    hostKey: readFileSync(at('host.pub'), 'utf8').split(' ').slice(0, 2).join(' '),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'close');
      child.kill();
      await ended;
    },
  };
}
