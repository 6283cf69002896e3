/** The ssh server that both builders fetch repositories from, and the agents that they are given. */
import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SshServer, startSshServer } from '../support/ssh-server.ts';
import { ensureTool } from '../support/tools.ts';

interface Agent {
  readonly socket: string;
  readonly pid: number;
}

export class SshRemote implements AsyncDisposable {
  readonly #directory: string;
  readonly #server: SshServer;
  readonly #uid: number | undefined;
  readonly #agents = new Map<'empty' | 'key', Agent>();

  private constructor(directory: string, server: SshServer, uid: number | undefined) {
    this.#directory = directory;
    this.#uid = uid;
    this.#server = server;
  }

  /**
   * @param directory an existing one, for sockets and the server's files
   * @param uid the user of the agents: they talk to nobody else. Default: of this process
   */
  static async open(directory: string, uid?: number): Promise<SshRemote> {
    return new SshRemote(directory, await startSshServer(join(directory, 'sshd')), uid);
  }

  /** Paths behind it are those of this machine. */
  get address(): string {
    return this.#server.url;
  }

  /** The socket of an agent without keys, or with the one that the server knows. */
  agentSocket(holds: 'empty' | 'key'): string {
    const known = this.#agents.get(holds);
    if (known !== undefined) return known.socket;
    const own = join(this.#directory, `agent-${holds}`);
    mkdirSync(own);
    const user = this.#uid === undefined ? {} : { uid: this.#uid, gid: this.#uid };
    if (this.#uid !== undefined) chownSync(own, this.#uid, this.#uid);
    const socket = join(own, 'socket');
    const program = ensureTool('ssh-agent', 'openssh-client');
    const said = execFileSync(program, ['-s', '-a', socket], { encoding: 'utf8', ...user });
    this.#agents.set(holds, { socket, pid: Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1]) });
    if (holds === 'key') {
      const env = { ...process.env, SSH_AUTH_SOCK: socket };
      execFileSync('ssh-add', ['-q', '-'], { env, ...user, input: readFileSync(this.#server.key) });
    }
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { pid } of this.#agents.values()) process.kill(pid);
    await this.#server[Symbol.asyncDispose]();
  }
}
