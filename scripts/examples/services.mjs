// Services on this machine that some examples use: a download that needs a token, a git repository behind sshd, a gateway
// that intercepts TLS.
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { find, installPackages } from '../host.mjs';
import { startGateway } from './gateway.mjs';

/** `close` stops everything that was started. */
export class Services {
  #directory = mkdtempSync(join(tmpdir(), 'lamina-examples-'));
  #closing = [];

  /** Of keys and repositories. */
  get directory() {
    return this.#directory;
  }

  /** Serves a text to requests with the token. */
  privateDownload = async (text) => {
    const token = randomBytes(16).toString('hex');
    const server = createServer((request, response) => {
      const known = request.headers.authorization === `Bearer ${token}`;
      response.writeHead(known ? 200 : 401);
      response.end(known ? text : 'no token');
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    this.#closing.push(() => server.close());
    return { url: `http://127.0.0.1:${server.address().port}/message.txt`, token };
  };

  /** A repository with message.txt behind a real sshd, and an agent that holds the key. */
  privateRepository = async (text) => {
    installPackages({ git: 'git', 'openssh-client': 'ssh-agent', 'openssh-server': 'sshd' });
    const at = (name) => join(this.#directory, name);
    const keygen = (name) =>
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', at(name)]);
    keygen('host');
    keygen('client');
    this.#makeRepository(at('repository'), text);
    const port = await freePort();
    await this.#startSshd(port, at);
    const agent = at('agent');
    await this.#startAgent(agent, at('client'));
    const [type, key] = readFileSync(at('host.pub'), 'utf8').split(' ');
    return {
      url: `ssh://${userInfo().username}@127.0.0.1:${port}${at('repository')}`,
      knownHosts: `[127.0.0.1]:${port} ${type} ${key}`,
      agent,
      keyFile: at('client'),
      key: readFileSync(at('client'), 'utf8').split('\n')[2],
    };
  };

  /** Web servers with certificates of an unknown authority, and a text. */
  gateway = async (text) => {
    installPackages({ openssl: 'openssl' });
    const { server, url, authority } = await startGateway({ directory: this.#directory, text });
    this.#closing.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { url, authority, line: readFileSync(authority, 'utf8').split('\n')[3] };
  };

  close() {
    for (const end of this.#closing.splice(0).reverse()) end();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #makeRepository(directory, text) {
    mkdirSync(directory);
    writeFileSync(join(directory, 'message.txt'), `${text}\n`);
    const git = (...args) =>
      execFileSync(
        'git',
        ['-c', 'user.name=example', '-c', 'user.email=example@example.test', ...args],
        {
          cwd: directory,
          stdio: 'ignore',
        },
      );
    git('init', '-b', 'main');
    git('add', '.');
    git('commit', '-m', 'message');
  }

  async #startSshd(port, at) {
    const lines = [
      `HostKey ${at('host')}`,
      `PidFile ${at('sshd.pid')}`,
      `AuthorizedKeysFile ${at('client.pub')}`,
      'ListenAddress 127.0.0.1',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
    ];
    writeFileSync(at('sshd_config'), `${lines.join('\n')}\n`);
    // sshd needs this directory, which its service would create.
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
    const args = ['-D', '-q', '-f', at('sshd_config'), '-p', String(port)];
    this.#start(find('sshd'), args);
    await listening(port);
  }

  async #startAgent(socket, key) {
    this.#start('ssh-agent', ['-D', '-a', socket]);
    await connected({ path: socket });
    const env = { ...process.env, SSH_AUTH_SOCK: socket };
    execFileSync('ssh-add', ['-q', key], { env });
  }

  #start(program, args) {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    this.#closing.push(() => child.kill());
  }
}

export async function freePort() {
  const server = createTcpServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

function listening(port) {
  return connected({ host: '127.0.0.1', port });
}

async function connected(address) {
  for (let left = 100; left > 0; left--) {
    const socket = connect(address);
    const is = await new Promise((done) => {
      socket.once('connect', () => done(true)).once('error', () => done(false));
    });
    socket.destroy();
    if (is) return;
    await wait(100);
  }
  throw new Error(`nothing listens at ${JSON.stringify(address)}`);
}
