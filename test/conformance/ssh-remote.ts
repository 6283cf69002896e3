/** The ssh server that both builders fetch repositories from, and the agents that they are given. */
import { execFileSync } from 'node:child_process';
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
  readonly #agents = new Map<'empty' | 'key', Agent>();

  private constructor(directory: string, server: SshServer) {
    this.#directory = directory;
    this.#server = server;
  }

  /** @param directory an existing one, for sockets and the server's files */
  static async open(directory: string): Promise<SshRemote> {
    return new SshRemote(directory, await startSshServer(join(directory, 'sshd')));
  }

  /** Paths behind it are those of this machine. */
  get address(): string {
    return this.#server.url;
  }

  /** The socket of an agent without keys, or with the one that the server knows. */
  agentSocket(holds: 'empty' | 'key'): string {
    const known = this.#agents.get(holds);
    if (known !== undefined) return known.socket;
    const socket = join(this.#directory, `agent-${holds}`);
    const program = ensureTool('ssh-agent', 'openssh-client');
    const said = execFileSync(program, ['-s', '-a', socket], { encoding: 'utf8' });
    this.#agents.set(holds, { socket, pid: Number(/SSH_AGENT_PID=(\d+)/.exec(said)?.[1]) });
    if (holds === 'key') {
      const env = { ...process.env, SSH_AUTH_SOCK: socket };
      execFileSync('ssh-add', ['-q', this.#server.key], { env });
    }
    return socket;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { pid } of this.#agents.values()) process.kill(pid);
    await this.#server[Symbol.asyncDispose]();
  }
}
