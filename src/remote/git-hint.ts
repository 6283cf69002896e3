/** What to do about what git says. The words are those of git, curl and ssh in the C locale. */

interface Hint {
  readonly said: RegExp;
  readonly hint: string;
}

/** The first that fits holds: ssh speaks of permissions after it has refused a host, too. */
const HINTS: readonly Hint[] = [
  {
    said: /host key verification failed|host identification has changed/i,
    hint: 'the host has another key than the one in ~/.ssh/known_hosts: find out why before you take it out there',
  },
  {
    said: /authentication failed|could not read (?:username|password)|permission denied|returned error: 40[13]\b/i,
    hint: 'the repository needs a login: --secret id=GIT_AUTH_TOKEN,env=VARIABLE for HTTP(S), --ssh default for ssh',
  },
  {
    said: /unable to update url base from redirection|returned error: 30\d\b/i,
    hint: 'the server sends the request somewhere else, where a login is not taken along: name that address',
  },
  {
    said: /repository .* not found/i,
    hint: 'check the address; servers also say this of private repositories where the login is missing',
  },
  {
    said: /could not resolve|unable to access|connection/i,
    hint: 'check the address, the network, and the proxy variables',
  },
];

/** @param output the end of what git wrote to its standard error */
export function hintForGit(output: string): string {
  return HINTS.find(({ said }) => said.test(output))?.hint ?? 'try the same with git clone';
}
