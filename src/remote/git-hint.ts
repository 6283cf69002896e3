/** Hints for errors of git. The patterns match git, curl and ssh in the C locale. */

interface Hint {
  readonly pattern: RegExp;
  readonly hint: string;
}

/** The first match wins: ssh mentions permissions also after it has refused a host key. */
const HINTS: readonly Hint[] = [
  {
    pattern: /host key verification failed|host identification has changed/i,
    hint: 'the host key differs from the one in ~/.ssh/known_hosts: find out why before you remove that',
  },
  {
    pattern:
      /authentication failed|could not read (?:username|password)|permission denied|returned error: 40[13]\b/i,
    hint: 'the repository needs a login: --secret id=GIT_AUTH_TOKEN,env=VARIABLE for HTTP(S), --ssh default for ssh',
  },
  {
    pattern: /unable to update url base from redirection|returned error: 30\d\b/i,
    hint: 'the server redirects to another address, where lamina does not send the login: use that address',
  },
  {
    pattern: /repository .* not found/i,
    hint: 'check the address; for a private repository, this can also mean that the login is missing',
  },
  {
    pattern: /could not resolve|unable to access|connection/i,
    hint: 'check the address, the network, and the proxy variables',
  },
];

/** @param output the end of what git wrote to its standard error */
export function hintForGit(output: string): string {
  return (
    HINTS.find(({ pattern }) => pattern.test(output))?.hint ?? 'try git clone with the same address'
  );
}
