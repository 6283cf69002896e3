import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import { KeyAgent } from './key-agent.ts';

const PROGRAMS = '/usr/bin:/bin';
/** Its socket has a name before it listens, until a key was offered in vain. */
const SLOW_AGENT = `#!/bin/sh
: > agent
until [ -e offered ]; do sleep 0.01; done
rm agent
PATH=${PROGRAMS} exec ssh-agent "$@"
`;
const ADD = `#!/bin/sh
PATH=${PROGRAMS}; ssh-add "$@"; status=$?; : > offered; exit $status
`;

describe('an agent for keys in files', () => {
  it('gets its keys even when it is slow to listen', async () => {
    const bin = temporaryDirectory('slow-agent');
    writeFileSync(join(bin, 'ssh-agent'), SLOW_AGENT, { mode: 0o755 });
    writeFileSync(join(bin, 'ssh-add'), ADD, { mode: 0o755 });
    const directory = join(bin, 'directory');
    mkdirSync(directory);
    const key = join(bin, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'mine', '-f', key]);
    const env = { PATH: `${bin}:${PROGRAMS}` };
    await using agent = await KeyAgent.start({ keys: [key], directory, env });
    const listed = execFileSync('ssh-add', ['-l'], {
      env: { PATH: PROGRAMS, SSH_AUTH_SOCK: agent.socket },
    });
    expect(listed.toString()).toContain(' mine (ED25519)');
  });
});
