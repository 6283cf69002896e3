/**
 * What git is given to get at a repository: logins by the environment, and either the ssh of the user who named the
 * repository on the command line, or an ssh that has nothing but the agent that was given to the build.
 */
import type { Environment } from '../environment.ts';
import { splitCredentials } from '../http/index.ts';

export type SshAccess =
  /** As when the user runs git: their agent, keys and configuration. */
  | { readonly kind: 'own' }
  | {
      readonly kind: 'given';
      /** Of an agent; undefined: there is none. */
      readonly socket: string | undefined;
      /** A file that takes the keys of hosts that are not known yet. */
      readonly knownHosts: string;
    };

export interface GitAccess {
  /** Value of an Authorization header for HTTP(S); it goes before credentials in the URL. */
  readonly authorization?: string | undefined;
  /** Undefined: nothing that a build was not given. */
  readonly ssh?: SshAccess | undefined;
}

export interface GitLogin {
  /** The remote without credentials. */
  readonly bare: string;
  /** Settings of git, which go by the environment: arguments can be read by everybody on the machine. */
  readonly config: readonly (readonly [string, string])[];
  /** What must not be seen in git's output. */
  readonly secrets: readonly string[];
}

/** Hosts whose repositories take one login: a token is good for submodules too. */
const ONE_LOGIN = /^https:\/\/(?:www\.)?github\.com\//i;
const OWN_SSH = /^(?:HOME|SSH_AUTH_SOCK|SSH_AGENT_PID|GIT_SSH|GIT_SSH_COMMAND)$/;

/** Takes the credentials out of a remote; a login that was given goes before them. */
export function loginOf(remote: string, { authorization }: GitAccess): GitLogin {
  if (!/^https?:\/\//i.test(remote)) return { bare: remote, config: [], secrets: [] };
  const { url, authorization: own } = splitCredentials(new URL(remote));
  const value = authorization ?? own;
  if (value === undefined) return { bare: url.href, config: [], secrets: [] };
  const site = `${url.origin}/`;
  const scope = authorization === undefined || ONE_LOGIN.test(url.href) ? site : url.href;
  return {
    bare: url.href,
    config: [
      [`http.${scope}.extraHeader`, `Authorization: ${value}`],
      // Git would send the header to wherever the first answer leads.
      [`http.${scope}.followRedirects`, 'false'],
    ],
    secrets: [value, ...value.split(' ').slice(1), ...decoded(value)],
  };
}

function decoded(value: string): string[] {
  const [, basic] = /^basic (.*)$/i.exec(value) ?? [];
  if (basic === undefined) return [];
  const pair = Buffer.from(basic, 'base64').toString('utf8');
  return [pair, pair.slice(pair.indexOf(':') + 1)];
}

/** Variables for the ssh that git runs. */
export function sshEnvironment(host: Environment, { ssh }: GitAccess): Record<string, string> {
  if (ssh?.kind === 'own') {
    const own = Object.entries(host).flatMap(([name, value]) =>
      value !== undefined && OWN_SSH.test(name) ? [[name, value]] : [],
    );
    return { GIT_SSH_COMMAND: 'ssh -o BatchMode=yes', ...Object.fromEntries(own) };
  }
  const { socket, knownHosts = '/dev/null' } = ssh ?? {};
  const known = [knownHosts, ...(host.HOME === undefined ? [] : [`${host.HOME}/.ssh/known_hosts`])];
  const options = [
    'BatchMode=yes',
    'IdentityFile=none',
    'StrictHostKeyChecking=accept-new',
    // New keys go into the first file; what the user knows already must match.
    `UserKnownHostsFile=${known.map(quotedPath).join(' ')}`,
  ];
  const command = ['ssh', '-F', '/dev/null', ...options.flatMap((option) => ['-o', option])];
  return {
    // What belongs to the user (.netrc, keys) is not the build's.
    HOME: '/dev/null',
    GIT_SSH_COMMAND: command.map(quotedWord).join(' '),
    GIT_SSH_VARIANT: 'ssh',
    ...(socket === undefined ? {} : { SSH_AUTH_SOCK: socket }),
  };
}

/** For ssh, which expands percent signs. */
function quotedPath(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%')}"`;
}

/** For the shell that git starts. */
function quotedWord(word: string): string {
  return /^[\w=./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
