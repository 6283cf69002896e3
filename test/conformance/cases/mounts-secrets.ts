/** Cases about secret and ssh mounts. */
import { withDifferences } from '../case.ts';
import { type MountRow, mountCases } from './mount-cases.ts';

const secret = { secrets: { token: 's3cret\n', other: 'second' } } as const;

const agent = { ssh: ['default'] } as const;

const rows: readonly MountRow[] = [
  [
    'secret',
    'a secret is a file in /run/secrets',
    [
      'RUN --mount=type=secret,id=token cat /run/secrets/token > /f; stat -c "%u:%g %a" /run/secrets/token >> /f',
    ],
    secret,
  ],
  [
    'secret with a target',
    '`target` is its path',
    ['RUN --mount=type=secret,id=token,target=/etc/token cat /etc/token > /f'],
    secret,
  ],
  [
    'secret by target',
    'the id is the last part of the target by default',
    ['RUN --mount=type=secret,target=/etc/token cat /etc/token > /f'],
    secret,
  ],
  [
    'secret by source',
    '`source` means `id`',
    ['RUN --mount=type=secret,source=token cat /run/secrets/token > /f'],
    secret,
  ],
  [
    'secret by id and source',
    '`id` and `source` together',
    ['RUN --mount=type=secret,id=token,source=other true'],
    secret,
  ],
  [
    'secret with a relative target',
    'a relative target is below WORKDIR',
    ['WORKDIR /w', 'RUN --mount=type=secret,id=token,target=t cat /w/t > /f'],
    secret,
  ],
  [
    'secret missing',
    'a missing secret is no file',
    ['RUN --mount=type=secret,id=none ls /run/secrets > /f 2>&1 || echo gone > /f'],
    secret,
  ],
  [
    'secret required',
    'a required secret has to be there',
    ['RUN --mount=type=secret,id=none,required true'],
    secret,
  ],
  [
    'secret required=false',
    '`required=false` is the default',
    ['RUN --mount=type=secret,id=none,required=false echo x > /f'],
    secret,
  ],
  [
    'secret in the environment',
    '`env` names a variable',
    [
      'RUN --mount=type=secret,id=other,env=TOKEN echo "$TOKEN" > /f; ls /run/secrets >> /f 2>&1 || true',
    ],
    secret,
  ],
  [
    'secret in both',
    '`env` and `target` together',
    ['RUN --mount=type=secret,id=other,env=TOKEN,target=/t echo "$TOKEN" > /f; cat /t >> /f'],
    secret,
  ],
  [
    'secret with owner',
    '`uid`, `gid` and `mode`',
    [
      'RUN --mount=type=secret,id=token,uid=7,gid=8,mode=0440 stat -c "%u:%g %a" /run/secrets/token > /f',
    ],
    secret,
  ],
  [
    'secret is read-only',
    'a secret cannot be written',
    ['RUN --mount=type=secret,id=token echo x > /run/secrets/token'],
    secret,
  ],
  [
    'secret leaves nothing',
    'no mount point stays',
    ['RUN --mount=type=secret,id=token --mount=type=secret,id=other,target=/a/b true'],
    secret,
  ],
  [
    'secret without anything',
    'a secret needs an id or target',
    ['RUN --mount=type=secret true'],
    secret,
  ],
  [
    'secret of another user',
    'the mode keeps other users out',
    ['USER app', 'RUN --mount=type=secret,id=token cat /run/secrets/token'],
    secret,
  ],
  [
    'ssh missing',
    'ssh that is not given is no socket',
    ['RUN --mount=type=ssh echo "[$SSH_AUTH_SOCK]" > /f'],
  ],
  ['ssh required', 'ssh that is required has to be given', ['RUN --mount=type=ssh,required true']],
  [
    'ssh',
    'the agent has a socket in /run/buildkit, of root alone',
    [
      'RUN --mount=type=ssh test -S $SSH_AUTH_SOCK && echo $SSH_AUTH_SOCK > /f; stat -c "%a %u:%g" $SSH_AUTH_SOCK >> /f',
    ],
    agent,
  ],
  [
    'ssh with a target',
    '`target` is the socket',
    ['RUN --mount=type=ssh,target=/agent test -S /agent && echo $SSH_AUTH_SOCK > /f'],
    agent,
  ],
  [
    'ssh with owner and mode',
    '`uid`, `gid` and `mode` are those of the socket',
    ['RUN --mount=type=ssh,uid=1001,gid=50,mode=0666 stat -c "%a %u:%g" $SSH_AUTH_SOCK > /f'],
    agent,
  ],
  [
    'ssh by id',
    '`id` chooses the agent',
    ['RUN --mount=type=ssh,id=other echo $SSH_AUTH_SOCK > /f'],
    { ssh: ['other'] },
  ],
  [
    'ssh by an unknown id',
    'an agent that is not given is no socket',
    ['RUN --mount=type=ssh,id=other echo "[$SSH_AUTH_SOCK]" > /f'],
    agent,
  ],
  [
    'ssh required and given',
    'what is required is there',
    ['RUN --mount=type=ssh,required echo $SSH_AUTH_SOCK > /f'],
    agent,
  ],
  [
    'ssh twice',
    'SSH_AUTH_SOCK is the first',
    [
      'RUN --mount=type=ssh,id=default --mount=type=ssh,id=other echo $SSH_AUTH_SOCK > /f; ls /run/buildkit >> /f',
    ],
    { ssh: ['default', 'other'] },
  ],
  [
    'ssh and SSH_AUTH_SOCK',
    'SSH_AUTH_SOCK of the image stays',
    ['ENV SSH_AUTH_SOCK=/mine', 'RUN --mount=type=ssh echo $SSH_AUTH_SOCK > /f'],
    agent,
  ],
  [
    'ssh leaves nothing',
    'no mount point stays',
    ['RUN --mount=type=ssh,target=/deep/agent true'],
    agent,
  ],
  [
    'ssh with a relative target',
    'a relative target is below WORKDIR',
    ['WORKDIR /w', 'RUN --mount=type=ssh,target=agent echo $SSH_AUTH_SOCK > /f'],
    agent,
  ],
  ['ssh with env', 'ssh has no env', ['RUN --mount=type=ssh,env=A true']],
  ['ssh with size', 'ssh has no size', ['RUN --mount=type=ssh,size=5 true']],
];

export const secretMounts = withDifferences(mountCases(rows), {
  'ssh with a relative target': {
    reason: 'SSH_AUTH_SOCK is always an absolute path; BuildKit keeps a relative target as written',
    lamina: {
      outcome: { files: { f: 'file 0644 0:0 "/w/agent\\n"', w: 'directory 0755 0:0' } },
    },
  },
});
