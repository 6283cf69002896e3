/** More cases about cache keys, by what is in the key of each kind of step. */
import { directory, file, symlink, type Topic, withDifferences } from '../case.ts';
import { type CacheRow, cacheCases } from './cache-cases.ts';

const steps = (...all: readonly string[]) => ({ outcome: { steps: all } });
const CACHE_MOUNTS =
  'how a cache mount is shared, and its namespace, do not make another step, where BuildKit runs it again';
const COPIED =
  'a copy is found by the files it copies, where BuildKit also looks at the wildcards and `--exclude` that chose them';

const run: readonly CacheRow[] = [
  [
    'exec form',
    'the arguments are in the key',
    ['RUN ["touch", "/x"]'],
    ['RUN ["touch", "/x", "/x"]'],
  ],
  [
    'same arguments',
    'both forms of the same arguments have one key',
    ['RUN touch /x'],
    ['RUN ["/bin/sh", "-c", "touch /x"]'],
  ],
  [
    'ENV unset later',
    'a variable that is gone changes the key',
    ['ENV A=1', 'RUN touch /x'],
    ['RUN touch /x'],
  ],
  [
    'ENV by another instruction',
    'ENV and ARG give the same environment',
    ['ENV A=1', 'RUN touch /x'],
    ['ARG A=1', 'RUN touch /x'],
  ],
  [
    'ENV in another order',
    'the environment is sorted or not',
    ['ENV A=1 B=2', 'RUN touch /x'],
    ['ENV B=2 A=1', 'RUN touch /x'],
  ],
  ['ARG without value', 'an ARG without value', ['RUN touch /x'], ['ARG NONE', 'RUN touch /x']],
  [
    'ARG after RUN',
    'a later ARG is in no key',
    ['RUN touch /x', 'ARG A=1'],
    ['RUN touch /x', 'ARG A=2'],
  ],
  [
    'ARG that is not used',
    'all declared ARGs are in the key',
    ['ARG A=1', 'RUN touch /x'],
    ['ARG A=2', 'RUN touch /x'],
  ],
  [
    'USER by number',
    'the user is in the key as it is written',
    ['USER root', 'RUN touch /tmp/x'],
    ['USER 0', 'RUN touch /tmp/x'],
  ],
  [
    'host name',
    'the host name is in the key',
    ['RUN touch /x'],
    { buildArgs: { BUILDKIT_SANDBOX_HOSTNAME: 'other' } },
  ],
  [
    'limits',
    'limits are in the key',
    ['RUN touch /x'],
    { options: { ulimits: ['nofile=100:100'] } },
  ],
  [
    'extra host',
    'names of extra hosts are in the key',
    ['RUN touch /x'],
    { options: { addHosts: ['extra=1.2.3.4'] } },
  ],
  [
    'address of an extra host',
    'addresses of extra hosts are in no key',
    ['RUN touch /x'],
    { options: { addHosts: ['extra=5.6.7.8'] } },
    { addHosts: ['extra=1.2.3.4'] },
  ],
  [
    'network for all',
    'the network is in the key',
    ['RUN touch /x'],
    { options: { network: 'none' } },
  ],
  [
    'network none removed',
    'the network is in the key',
    ['RUN --network=none touch /x'],
    ['RUN touch /x'],
  ],
  [
    'network default named',
    'the default is the default',
    ['RUN touch /x'],
    ['RUN --network=default touch /x'],
  ],
  [
    'security',
    'the security mode is in the key',
    ['RUN touch /x'],
    ['RUN --security=insecure touch /x'],
    { allow: ['security.insecure'] },
  ],
  [
    'security default named',
    'the default is the default',
    ['RUN touch /x'],
    ['RUN --security=sandbox touch /x'],
  ],
  [
    'shared memory',
    'the size of /dev/shm is in no key, or is',
    ['RUN touch /x'],
    { options: { shmSize: '16777216' } },
  ],
  [
    'secret contents',
    'the contents of secrets are in no key',
    ['RUN --mount=type=secret,id=s touch /x'],
    { options: { secrets: { s: 'two' } } },
    { secrets: { s: 'one' } },
  ],
  [
    'secret given later',
    'whether a secret is there is in no key',
    ['RUN --mount=type=secret,id=s touch /x'],
    { options: { secrets: { s: 'one' } } },
  ],
  [
    'secret id',
    'the id of a secret is in the key',
    ['RUN --mount=type=secret,id=s,target=/s touch /x'],
    ['RUN --mount=type=secret,id=t,target=/s touch /x'],
  ],
  [
    'secret target',
    'the target of a mount is in the key',
    ['RUN --mount=type=secret,id=s,target=/s touch /x'],
    ['RUN --mount=type=secret,id=s,target=/t touch /x'],
  ],
  [
    'secret environment',
    'variables of secrets are in the key',
    ['RUN --mount=type=secret,id=s,env=A touch /x'],
    ['RUN --mount=type=secret,id=s,env=B touch /x'],
  ],
  [
    'ssh mount',
    'a mount of ssh is in the key',
    ['RUN touch /x'],
    ['RUN --mount=type=ssh touch /x'],
  ],
  [
    'ssh id',
    'the id of an agent is in the key',
    ['RUN --mount=type=ssh,id=a touch /x'],
    ['RUN --mount=type=ssh,id=b touch /x'],
  ],
  [
    'ssh given later',
    'whether an agent is there is in no key',
    ['RUN --mount=type=ssh touch /x'],
    { options: { ssh: ['default'] } },
  ],
  [
    'cache mount',
    'a mount of a cache is in the key',
    ['RUN touch /x'],
    ['RUN --mount=type=cache,target=/c touch /x'],
  ],
  [
    'cache mount target',
    'the target of a mount is in the key',
    ['RUN --mount=type=cache,id=kt,target=/c touch /x'],
    ['RUN --mount=type=cache,id=kt,target=/d touch /x'],
  ],
  [
    'cache mount sharing',
    'the sharing of a cache is in no key',
    ['RUN --mount=type=cache,target=/c touch /x'],
    ['RUN --mount=type=cache,target=/c,sharing=locked touch /x'],
  ],
  [
    'cache mount read-only',
    'whether a mount is read-only is in the key',
    ['RUN --mount=type=cache,target=/c touch /x'],
    ['RUN --mount=type=cache,target=/c,ro touch /x'],
  ],
  [
    'cache mount contents',
    'the contents of caches are in no key',
    [
      'RUN --mount=type=cache,id=kc,target=/c touch /x',
      'RUN --mount=type=cache,id=kc,target=/c echo new > /c/new',
    ],
    {},
  ],
  [
    'cache mount namespace',
    'the namespace of caches is in no key',
    ['RUN --mount=type=cache,target=/c touch /x'],
    { buildArgs: { BUILDKIT_CACHE_MOUNT_NS: 'key' } },
  ],
  [
    'tmpfs mount',
    'a mount of a tmpfs is in the key',
    ['RUN touch /x'],
    ['RUN --mount=type=tmpfs,target=/t touch /x'],
  ],
  [
    'tmpfs size',
    'the size of a tmpfs',
    ['RUN --mount=type=tmpfs,target=/t,size=8m touch /x'],
    ['RUN --mount=type=tmpfs,target=/t,size=9m touch /x'],
  ],
  [
    'bind target',
    'the target of a mount is in the key',
    ['RUN --mount=source=a,target=/i touch /x'],
    ['RUN --mount=source=a,target=/j touch /x'],
  ],
  [
    'bind source of equal content',
    'a bind is keyed by content and not by its path',
    ['RUN --mount=source=a,target=/i touch /x'],
    ['RUN --mount=source=same,target=/i touch /x'],
  ],
  [
    'bind read-write',
    'whether a mount is read-only is in the key',
    ['RUN --mount=source=a,target=/i touch /x'],
    ['RUN --mount=source=a,target=/i,rw touch /x'],
  ],
  [
    'bind of a mode',
    'modes are in the key of a bind',
    ['RUN --mount=source=a,target=/i touch /x'],
    { files: { a: file('a\n', 0o755) } },
  ],
  [
    'bind of everything',
    'a bind of everything sees every change',
    ['RUN --mount=target=/i touch /x'],
    { files: { b: 'changed\n' } },
  ],
  [
    'order of mounts',
    'mounts in another order',
    ['RUN --mount=source=a,target=/i --mount=source=b,target=/j touch /x'],
    ['RUN --mount=source=b,target=/j --mount=source=a,target=/i touch /x'],
  ],
  [
    'proxy of all kinds',
    'no proxy variable is in the key',
    ['RUN touch /x'],
    { buildArgs: { NO_PROXY: 'a', all_proxy: 'http://p.invalid:1', FTP_PROXY: 'f' } },
  ],
  [
    'proxy declared',
    'a declared proxy variable is in the key',
    ['ARG HTTP_PROXY', 'RUN touch /x'],
    { buildArgs: { HTTP_PROXY: 'http://p.invalid:1' } },
  ],
  ['MAINTAINER', 'metadata is in no key', ['RUN touch /x'], ['MAINTAINER me', 'RUN touch /x']],
  [
    'EXPOSE and VOLUME',
    'metadata is in no key',
    ['RUN touch /x'],
    ['EXPOSE 80', 'VOLUME /v', 'STOPSIGNAL 9', 'RUN touch /x'],
  ],
  [
    'HEALTHCHECK and ONBUILD',
    'metadata is in no key',
    ['RUN touch /x'],
    ['HEALTHCHECK NONE', 'ONBUILD RUN true', 'RUN touch /x'],
  ],
  ['blank lines', 'blank lines are in no key', ['RUN touch /x'], ['', '', 'RUN touch /x']],
  ['keyword in lower case', 'the keyword is in no key', ['RUN touch /x'], ['run touch /x']],
];

const copy: readonly CacheRow[] = [
  ['copy mode', '--chmod is in the key', ['COPY a /x'], ['COPY --chmod=600 a /x']],
  ['copy link', '--link is in the key', ['COPY a /x'], ['COPY --link a /x']],
  [
    'copy to a directory',
    'the destination is in the key as it is written',
    ['COPY a /x/'],
    ['COPY a /x/a'],
  ],
  ['copy of a renamed file', 'the name of a source is in the key', ['COPY a /x'], ['COPY same /x']],
  ['copy by a wildcard', 'a wildcard is in the key', ['COPY a /x/'], ['COPY [a] /x/']],
  ['copy of a moved directory', 'the directory a source is in', ['COPY d/c /x'], ['COPY e/c /x']],
  ['copy of two sources', 'sources are in the key', ['COPY a /x/'], ['COPY a b /x/']],
  ['copy exclude', '--exclude is in the key', ['COPY d /x'], ['COPY --exclude=none d /x']],
  ['copy parents', '--parents is in the key', ['COPY d/c /x/'], ['COPY --parents d/c /x/']],
  [
    'copy excluded file changes',
    'what is excluded is in no key',
    ['COPY --exclude=c d /x'],
    { files: { 'd/c': 'changed\n' } },
  ],
  [
    'copy of a directory whose mode changes',
    'modes of directories are in the key',
    ['COPY deep /x'],
    { files: { 'deep/sub': directory(0o700) } },
  ],
  [
    'copy of a file below',
    'contents below are in the key',
    ['COPY deep /x'],
    { files: { 'deep/sub/f': 'changed\n' } },
  ],
  [
    'copy of a link whose target changes',
    'targets of links are in the key',
    ['COPY links /x'],
    { files: { 'links/new': symlink('b') } },
  ],
  [
    'copy of what a link points to',
    'a link in a tree is not followed',
    ['COPY links /x'],
    { files: { a: 'changed\n' } },
  ],
  [
    'copy of a link at the top',
    'a link that is the source is followed',
    ['COPY links/l /x'],
    { files: { a: 'changed\n' } },
  ],
  [
    'copy of a new empty directory',
    'names are in the key of a directory',
    ['COPY d /x'],
    { files: { 'd/empty': directory() } },
  ],
  ['copy of everything', 'a change anywhere', ['COPY . /x'], { files: { b: 'changed\n' } }],
  [
    'copy of an ignored file',
    'what is ignored is in no key',
    ['COPY . /x'],
    { files: { ignored: 'changed\n' } },
  ],
  [
    'copy by a wildcard and a new match',
    'a new match is in the key',
    ['COPY *.txt /x/'],
    { files: { 'new.txt': 'new\n' } },
  ],
  [
    'copy by a wildcard and another file',
    'what does not match is in no key',
    ['COPY *.txt /x/'],
    { files: { 'new.md': 'new\n' } },
  ],
  [
    'copy chown by name',
    'an owner by name',
    ['COPY --chown=app a /x'],
    ['COPY --chown=1001:50 a /x'],
  ],
  [
    'copy chown and new users',
    'users come from the file system before',
    ['RUN true', 'COPY --chown=app a /x'],
    ['RUN echo new:x:7:7:::/ >> /etc/passwd', 'COPY --chown=app a /x'],
  ],
  ['copy and USER', 'the user is in no key of COPY', ['USER app', 'COPY a /x'], ['COPY a /x']],
  [
    'copy of a document',
    'the word of a document is in the key',
    ['COPY <<ONE /x', 'x', 'ONE'],
    ['COPY <<TWO /x', 'x', 'TWO'],
  ],
  ['add instead of copy', 'ADD of a file', ['COPY a /x'], ['ADD a /x']],
  ['add archive', '--unpack is in the key', ['ADD a /x/'], ['ADD --unpack=false a /x/']],
];

const other: readonly CacheRow[] = [
  [
    'workdir',
    'the directory is in the key',
    ['WORKDIR /one', 'RUN touch /x'],
    ['WORKDIR /two', 'RUN touch /x'],
  ],
  [
    'workdir as it is written',
    'the cleaned directory is in the key',
    ['WORKDIR /one'],
    ['WORKDIR /./one/'],
  ],
  ['workdir and user', 'the owner is in the key', ['WORKDIR /one'], ['USER app', 'WORKDIR /one']],
  [
    'workdir below',
    'a relative directory is the same as an absolute one',
    ['WORKDIR /one', 'WORKDIR two'],
    ['WORKDIR /one', 'WORKDIR /one/two'],
  ],
  [
    'workdir and environment',
    'the environment is in no key',
    ['ENV A=1', 'WORKDIR /one'],
    ['ENV A=2', 'WORKDIR /one'],
  ],
  [
    'no-cache',
    '--no-cache runs every step',
    ['RUN touch /x', 'COPY a /a', 'WORKDIR /w'],
    { options: { noCache: true } },
  ],
];

const files = {
  a: 'a\n',
  b: 'b\n',
  same: 'a\n',
  'd/c': 'c\n',
  'e/c': 'c\n',
  'deep/sub/f': 'f\n',
  'links/l': symlink('../a'),
  'one.txt': 'one\n',
  ignored: 'ignored\n',
  '.dockerignore': 'ignored\n',
};

export const cacheInputs: Topic = {
  name: '2.2-cache-inputs',
  cases: withDifferences(cacheCases([...run, ...copy, ...other], files), {
    'order of mounts': {
      reason:
        'mounts in another order are another step, where BuildKit sorts them by their targets',
      lamina: steps(
        'cached WORKDIR /order-of-mounts',
        'run RUN --mount=source=b,target=/j --mount=source=a,target=/i touch /x',
      ),
    },
    'cache mount sharing': {
      reason: CACHE_MOUNTS,
      lamina: steps(
        'cached RUN --mount=type=cache,target=/c,sharing=locked touch /x',
        'cached WORKDIR /cache-mount-sharing',
      ),
    },
    'cache mount namespace': {
      reason: CACHE_MOUNTS,
      lamina: steps(
        'cached RUN --mount=type=cache,target=/c touch /x',
        'cached WORKDIR /cache-mount-namespace',
      ),
    },
    'copy by a wildcard': {
      reason: COPIED,
      lamina: steps('cached COPY [a] /x/', 'cached WORKDIR /copy-by-a-wildcard'),
    },
    'copy exclude': {
      reason: COPIED,
      lamina: steps('cached COPY --exclude=none d /x', 'cached WORKDIR /copy-exclude'),
    },
    'copy of a directory whose mode changes': {
      reason:
        'a new mode of a directory of the context is a change, where BuildKit does not see it while the files in it are the same',
      lamina: {
        outcome: {
          files: {
            'copy-of-a-directory-whose-mode-changes': 'directory 0755 0:0',
            x: 'directory 0755 0:0',
            'x/sub': 'directory 0700 0:0',
            'x/sub/f': 'file 0644 0:0 "f\\n"',
          },
          steps: ['cached WORKDIR /copy-of-a-directory-whose-mode-changes', 'run COPY deep /x'],
        },
      },
    },
    'no-cache': {
      reason: '`--no-cache` is for the first WORKDIR of a stage, too',
      lamina: steps('run COPY a /a', 'run RUN touch /x', 'run WORKDIR /no-cache', 'run WORKDIR /w'),
    },
  }),
};
