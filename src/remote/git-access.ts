/**
 * Git's access to a repository: logins in the environment, and either the user's own ssh (for a repository named on the
 * command line) or an ssh with only the agent given to the build.
 */
import type { Environment } from '../environment.ts';
import { splitCredentials } from '../http/index.ts';

export type SshAccess =
  /** The user's agent, keys and configuration. */
  | { readonly kind: 'own' }
  | {
      readonly kind: 'given';
      /** Socket of an agent; undefined: none. */
      readonly socket: string | undefined;
      /** A file to add the keys of unknown hosts to. */
      readonly knownHosts: string;
    };

export interface GitAccess {
  /** Value of an Authorization header for HTTP(S); overrides credentials in the URL. */
  readonly authorization?: string | undefined;
  /** Undefined: only what the build was given. */
  readonly ssh?: SshAccess | undefined;
}

export interface GitLogin {
  /** The remote without credentials. */
  readonly bare: string;
  /** Git's settings, passed in the environment: every user of the machine can read arguments. */
  readonly config: readonly (readonly [string, string])[];
  /** Masked in git's output. */
  readonly secrets: readonly string[];
}

/** Hosts with one login for all repositories: a token also works for submodules. */
const ONE_LOGIN = /^https:\/\/(?:www\.)?github\.com\//i;
const OWN_SSH = /^(?:HOME|SSH_AUTH_SOCK|SSH_AGENT_PID|GIT_SSH|GIT_SSH_COMMAND)$/;

/** Splits the credentials from a remote; a given login overrides them. */
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
      // Git would send the header to the target of a redirect.
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

/** Environment variables for git's ssh. */
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
    // New keys are added to the first file; keys that the user knows must match.
    `UserKnownHostsFile=${known.map(quotedPath).join(' ')}`,
  ];
  const command = ['ssh', '-F', '/dev/null', ...options.flatMap((option) => ['-o', option])];
  return {
    // The build must not use the user's own .netrc and keys.
    HOME: '/dev/null',
    GIT_SSH_COMMAND: command.map(quotedWord).join(' '),
    GIT_SSH_VARIANT: 'ssh',
    ...(socket === undefined ? {} : { SSH_AUTH_SOCK: socket }),
  };
}

/** Quotes a path for ssh, which expands percent signs. */
function quotedPath(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%')}"`;
}

/** Quotes a word for the shell that git starts. */
function quotedWord(word: string): string {
  return /^[\w=./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
