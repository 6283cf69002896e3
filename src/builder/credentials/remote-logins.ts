/**
 * Logins for remote sources: secrets whose names say what they are for, and ssh agents given to the build. Sources
 * named on the command line are fetched with the user's own ssh, unless an agent was given.
 */
import { join } from 'node:path';
import type { BuildOptions } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { type GitAccess, parseGitUrl, type SshAccess } from '../../remote/index.ts';
import type { BuildSecrets } from './secrets.ts';
import type { SshAgents } from './ssh-agents.ts';

export interface RemoteLoginsOptions {
  readonly options: Pick<BuildOptions, 'context' | 'buildContexts' | 'ssh'>;
  readonly secrets: Pick<BuildSecrets, 'get'>;
  readonly sshAgents: Pick<SshAgents, 'socket'>;
  /** Makes an empty directory that only this user can enter. */
  readonly temporaryDirectory: () => Promise<string>;
}

const AGENT = 'default';

export class RemoteLogins {
  readonly #given: RemoteLoginsOptions;
  readonly #named: ReadonlySet<string>;
  #ssh: Promise<SshAccess> | undefined;

  constructor(given: RemoteLoginsOptions) {
    this.#given = given;
    const { context, buildContexts = {} } = given.options;
    this.#named = new Set([context, ...Object.values(buildContexts)].flatMap(sshRemote));
  }

  /**
   * The Authorization header for a file: from the secret `HTTP_AUTH_TOKEN_<host>`, else `HTTP_AUTH_HEADER_<host>`.
   * @throws AppError SECRET_NO_HEADER, SECRET_UNREADABLE
   */
  async http(url: string): Promise<string | undefined> {
    const host = parsed(url)?.hostname.replace(/^\[(.*)\]$/, '$1');
    if (host === undefined) return undefined;
    const token = await this.#secret(`HTTP_AUTH_TOKEN_${host}`);
    return token === undefined ? this.#secret(`HTTP_AUTH_HEADER_${host}`) : `Bearer ${token}`;
  }

  /**
   * From the first given secret of `GIT_AUTH_HEADER` and `GIT_AUTH_TOKEN`; those with `.<host>` take precedence.
   * @throws AppError SECRET_NO_HEADER, SECRET_UNREADABLE, SSH_MISSING
   */
  async git(remote: string): Promise<GitAccess> {
    const [needsSsh] = sshRemote(remote);
    if (needsSsh !== undefined) return { ssh: await this.#sshTo(needsSsh) };
    const host = parsed(remote)?.host;
    if (host === undefined || !/^https?:/i.test(remote)) return {};
    const authorization = await this.#gitHeader(host);
    const agents = this.#given.options.ssh ?? [];
    const ssh = agents.some(({ id }) => id === AGENT) ? await this.#agent() : undefined;
    return { authorization, ssh };
  }

  async #gitHeader(host: string): Promise<string | undefined> {
    for (const end of [`.${host}`, '']) {
      const header = await this.#secret(`GIT_AUTH_HEADER${end}`);
      if (header !== undefined) return header;
      const token = await this.#secret(`GIT_AUTH_TOKEN${end}`);
      if (token === undefined) continue;
      return `basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
    }
    return undefined;
  }

  /** Removes the line break at the end of a file, which no header has. */
  async #secret(id: string): Promise<string | undefined> {
    const value = (await this.#given.secrets.get(id))?.toString('utf8').trim();
    if (value === undefined || value === '') return undefined;
    if (!/[\x00-\x08\x0a-\x1f\x7f]/.test(value)) return value;
    throw new AppError('SECRET_NO_HEADER', `the secret '${id}' has more than one line`, {
      expected: id.includes('_HEADER') ? 'the value of an Authorization header' : 'a token',
      hint: 'check the content of the file or variable',
    });
  }

  async #sshTo(remote: string): Promise<SshAccess> {
    const { ssh = [] } = this.#given.options;
    if (ssh.some(({ id }) => id === AGENT)) return this.#agent();
    if (this.#named.has(remote)) return { kind: 'own' };
    throw new AppError('SSH_MISSING', `${remote} needs ssh, but the build has no ssh agent`, {
      expected: '--ssh default, or --ssh default=KEY',
      hint: 'a build can use your ssh keys only if you pass an agent or a key',
    });
  }

  #agent(): Promise<SshAccess> {
    this.#ssh ??= this.#forward();
    return this.#ssh;
  }

  async #forward(): Promise<SshAccess> {
    const { sshAgents, temporaryDirectory } = this.#given;
    const owner = { owner: undefined, mode: 0o600 };
    const socket = await sshAgents.socket(AGENT, owner);
    return { kind: 'given', socket, knownHosts: join(await temporaryDirectory(), 'known_hosts') };
  }
}

/** The remote without ref and query, if it is a repository reached by ssh. */
function sshRemote(text: string): string[] {
  const remote = parseGitUrl(text, { context: true })?.remote;
  return remote === undefined || /^(?:https?|git):/i.test(remote) ? [] : [remote];
}

function parsed(url: string): URL | undefined {
  try {
    return new URL(url);
  } catch {
    return undefined;
  }
}
