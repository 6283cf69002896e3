import { describe, expect, it } from 'vitest';
import { hintForGit } from './git-hint.ts';

describe('hintForGit', () => {
  it.each([
    [
      'fatal: Authentication failed for http://127.0.0.1:8080/app.git/',
      '--secret id=GIT_AUTH_TOKEN',
    ],
    [
      "fatal: could not read Username for 'https://git.test': terminal prompts disabled",
      '--secret',
    ],
    ['fatal: unable to access …: The requested URL returned error: 403', '--secret'],
    ['git@host: Permission denied (publickey).', '--ssh default'],
    ['Host key verification failed.\nfatal: Could not read from remote', 'known_hosts'],
    ['fatal: unable to access …: The requested URL returned error: 302', 'another address'],
    ['ssh: Could not resolve hostname git.test: Name or service not known', 'check the address'],
    ['fatal: bad object', 'try git clone with the same address'],
  ])('tells what to do about %s', (output, part) => {
    expect(hintForGit(output)).toContain(part);
  });

  it('does not take the number of a port or a name for a status', () => {
    const refused =
      'ssh-keygen -R "[127.0.0.1]:44033"\nHost key for [127.0.0.1]:44033 has changed\nHost key verification failed.';
    expect(hintForGit(refused)).toContain('known_hosts');
    expect(hintForGit("fatal: couldn't find remote ref v4.403")).toBe(
      'try git clone with the same address',
    );
  });
});
