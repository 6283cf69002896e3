import { type ConformanceCase, lines, type Topic, table, withDifferences } from '../case.ts';

const SECTION = '1.8 RUN';

const rows = table(SECTION, 'FROM busybox', [
  ['shell form', 'the shell form is one argument of the shell', 'RUN echo "$0 $#" > /f'],
  ['exec form', 'the exec form runs without a shell', 'RUN ["/bin/touch", "/a b", "$HOME"]'],
  ['exec form looks in PATH', 'the program is looked up in PATH', 'RUN ["touch", "/f"]'],
  ['exec form of one word', 'one word may hold blanks', 'RUN ["echo a"]'],
  ['exec form empty', 'an empty array', 'RUN []'],
  ['program not found', 'a missing program is an error', 'RUN ["/no/such"]'],
  [
    'shell instruction',
    'SHELL replaces the shell',
    'SHELL ["/bin/sh", "-xc"]',
    'RUN echo a > /f 2>/err',
  ],
  [
    'shell with pipefail',
    'options of the shell count',
    'SHELL ["/bin/ash", "-o", "pipefail", "-c"]',
    'RUN false | true',
  ],
  ['failure', 'any status but zero is a failure', 'RUN exit 7'],
  ['killed by a signal', 'a signal is a failure', 'RUN kill -9 $$'],
  ['pipe without pipefail', 'the last status counts', 'RUN false | true'],
  [
    'environment',
    'the environment has PATH and ENV only',
    'ENV A=1',
    'RUN env | grep -v -e ^OTEL_ -e ^TRACE | sort > /f',
  ],
  ['home of root', 'HOME comes from the user', 'RUN echo "$HOME" > /f'],
  ['home of a user', 'HOME comes from the user', 'USER app', 'RUN echo "$HOME" > /tmp/f'],
  ['home set', 'ENV HOME wins', 'ENV HOME=/mine', 'RUN echo "$HOME" > /f'],
  [
    'home of a user that is unknown',
    'HOME is / without an entry',
    'USER 4242',
    'RUN echo "$HOME" > /tmp/f',
  ],
  ['user by name', 'name, group and further groups', 'USER app', 'RUN id > /tmp/f'],
  [
    'user by number',
    'a number that is in passwd',
    'USER 1001',
    'RUN id -u > /tmp/f; id -g >> /tmp/f; id -G >> /tmp/f',
  ],
  [
    'user by unknown number',
    'a number that is nowhere',
    'USER 4242',
    'RUN id -u > /tmp/f; id -g >> /tmp/f; id -G >> /tmp/f',
  ],
  [
    'user and group by number',
    'both numbers: no file is read',
    'USER 1001:60',
    'RUN id -u > /tmp/f; id -g >> /tmp/f; id -G >> /tmp/f',
  ],
  [
    'user and group by name',
    'that group only',
    'USER app:extra',
    'RUN id -u > /tmp/f; id -g >> /tmp/f; id -G >> /tmp/f',
  ],
  [
    'user without an own group',
    'a group that is not in the file',
    'USER lonely',
    'RUN id -u > /tmp/f; id -g >> /tmp/f; id -G >> /tmp/f',
  ],
  ['user root', 'root has its further groups', 'USER root', 'RUN id -G > /f'],
  ['no user', 'no USER is root', 'RUN id -u > /f; id -g >> /f; id -G >> /f'],
  ['user unknown', 'an unknown name is an error', 'USER nowhere', 'RUN true'],
  ['group unknown', 'an unknown group is an error', 'USER app:nowhere', 'RUN true'],
  [
    'user made in the build',
    'users come from the file system as it is',
    'RUN echo "new:x:7:8::/:/bin/sh" >> /etc/passwd',
    'USER new',
    'RUN id -u > /tmp/f; id -g >> /tmp/f',
  ],
  ['working directory', 'RUN starts in WORKDIR', 'WORKDIR /w', 'RUN pwd > f'],
  ['umask', 'the umask is 022', 'RUN umask > /f; touch /a; mkdir /d'],
  ['host name', 'the host name of the sandbox', 'RUN hostname > /f'],
  ['hosts file', 'the hosts file has the names of the sandbox', 'RUN cat /etc/hosts > /f'],
  [
    'hosts file is not kept',
    '/etc/hosts and /etc/resolv.conf are no part of the layer',
    'RUN true',
  ],
  ['hosts file is read-only', '/etc/hosts cannot be written', 'RUN echo x >> /etc/hosts'],
  ['standard input is empty', 'nothing is on standard input', 'RUN cat > /f'],
  ['no terminal', 'there is no terminal', 'RUN tty > /f || true'],
  ['process number', 'the command is process 1', 'RUN echo $$ > /f'],
  ['background processes', 'what is left behind is killed', 'RUN sleep 1000 & echo x > /f'],
  [
    'proc and dev are not kept',
    'nothing of /dev, /proc, /sys, /dev/shm is kept',
    'RUN echo x > /dev/shm/f; mkdir /dev/d',
  ],
  ['run directory is kept', '/run is no tmpfs', 'RUN mkdir -p /run/d && echo x > /run/d/f'],
  ['tmp is kept', '/tmp is part of the layer', 'RUN echo x > /tmp/f'],
  ['device nodes', 'device nodes can be made', 'RUN mknod /null c 1 3 && mkfifo /pipe'],
  ['delete', 'files of lower layers are removed', 'RUN rm -r /there/dir /there/file'],
  [
    'delete and make again',
    'a directory made again is opaque',
    'RUN rm -r /there/dir && mkdir /there/dir && echo new > /there/dir/new',
  ],
  ['file becomes directory', 'types change', 'RUN rm /there/file && mkdir -p /there/file/sub'],
  ['directory becomes file', 'types change', 'RUN rm -r /there/dir && echo x > /there/dir'],
  ['rename', 'a rename is a removal and a new file', 'RUN mv /there/file /there/renamed'],
  ['rename a directory', 'a directory of a lower layer is moved', 'RUN mv /there/dir /there/moved'],
  [
    'modes',
    'set-user-ID, set-group-ID and sticky bits',
    'RUN touch /a /b && mkdir /c && chmod 4755 /a && chmod 2644 /b && chmod 1777 /c',
  ],
  [
    'owners',
    'owners are kept',
    'RUN touch /a && chown 70000:80000 /a && ln -s a /l && chown -h 5:6 /l',
  ],
  ['mode of an old file', 'a change of mode is a change', 'RUN chmod 600 /there/file'],
  [
    'mode of an old directory',
    'a change of mode of a directory keeps what is in it',
    'RUN chmod 711 /there/dir',
  ],
  [
    'hard links',
    'hard links are one file',
    'RUN echo x > /a && ln /a /b && mkdir /d && ln /a /d/c',
  ],
  ['security empty', 'an empty --security', 'RUN --security= true'],
  ['mount empty', 'an empty --mount', 'RUN --mount= true'],
  [
    'hard links to a symlink',
    'hard links are kept among symlinks',
    'RUN ln -s target /l1 && ln /l1 /l2 && mkdir /d && ln /l1 /d/l3 && echo x > /a && ln /a /b',
  ],
  [
    'hard links to a pipe and a device',
    'hard links are kept among special files',
    'RUN mkfifo /p1 && ln /p1 /p2 && mknod /n1 c 1 3 && ln /n1 /n2',
  ],
  [
    'hard link to an old symlink',
    'a link to a symlink of a lower layer',
    'RUN ln /there/link /there/second',
  ],
  [
    'hard link to an old file',
    'a link to a file of a lower layer',
    'RUN ln /there/file /there/second',
  ],
  [
    'symlinks',
    'symlinks are kept as they are',
    'RUN ln -s /absolute /a && ln -s ../up /b && ln -s nowhere /c',
  ],
  ['touch nothing', 'a RUN that changes nothing makes a layer', 'RUN true', 'RUN ["true"]'],
  ['write and remove in one step', 'what is gone leaves nothing', 'RUN echo x > /f && rm /f'],
  ['write and remove in two steps', 'a whiteout', 'RUN echo x > /f', 'RUN rm /f'],
  [
    'names with blanks and bytes',
    'names have any bytes',
    'RUN touch "/a b" "$(printf \'/new\\nline\')" "$(printf \'/\\351\')" "/ü"',
  ],
  [
    'long names',
    'long paths',
    `RUN mkdir -p /${'d'.repeat(120)}/${'e'.repeat(120)} && touch /${'d'.repeat(120)}/${'e'.repeat(120)}/${'f'.repeat(200)}`,
  ],
  ['sparse file', 'holes are zeros', 'RUN dd if=/dev/zero of=/f bs=1 count=1 seek=100000'],
  ['large uid', 'large numbers', 'RUN touch /f && chown 4294967294:3000000 /f'],
  ['network default', '--network=default', 'RUN --network=default echo x > /f'],
  [
    'network none',
    '--network=none has a loopback only',
    'RUN --network=none ls /sys/class/net > /f',
  ],
  ['network host is not allowed', '--network=host needs an entitlement', 'RUN --network=host true'],
  ['network unknown', '--network has three values', 'RUN --network=bridge true'],
  ['network empty', '--network needs a value', 'RUN --network= true'],
  ['security sandbox', '--security=sandbox is the default', 'RUN --security=sandbox echo x > /f'],
  [
    'security insecure is not allowed',
    '--security=insecure needs an entitlement',
    'RUN --security=insecure true',
  ],
  ['security unknown', '--security has two values', 'RUN --security=none true'],
  ['flags after the command', 'flags end at the first word', 'RUN echo --network=none > /f'],
  ['unknown flag', 'RUN knows its flags', 'RUN --net=none true'],
  [
    'capabilities',
    'the set of capabilities',
    'RUN grep -E "^Cap(Prm|Eff|Bnd|Inh|Amb)" /proc/self/status > /f',
  ],
  ['no new privileges', 'set-user-ID programs work', 'RUN grep NoNewPrivs /proc/self/status > /f'],
  [
    'masked paths',
    'parts of /proc are hidden',
    'RUN wc -c < /proc/kcore > /f; ls /proc/scsi 2>/dev/null | wc -l >> /f; ls /sys/firmware | wc -l >> /f',
  ],
  ['read-only proc', 'parts of /proc cannot be written', 'RUN echo 1 > /proc/sys/kernel/panic'],
  [
    'mounts',
    'the file systems of a container',
    "RUN awk '$2 != \"/\" && $2 !~ /cgroup|firmware|powercap|etc/ { print $2, $3 }' /proc/mounts | grep -v ' ext4' | sort -u > /f",
  ],
  [
    'continued lines',
    'continuations join with nothing',
    'RUN echo a \\',
    '  b && \\',
    '  # comment',
    '  echo c > /f',
  ],
  [
    'history of both forms',
    'RUN shows the arguments joined by blanks',
    'RUN echo  "a   b"',
    'RUN ["echo", "a b", "c"]',
  ],
  ['history of a here-document', 'RUN shows the document', 'RUN <<EOF', 'echo a', 'echo b', 'EOF'],
  [
    'history of a here-document for a command',
    'RUN shows text and document',
    'RUN cat <<EOF > /f',
    'text',
    'EOF',
  ],
  ['run in scratch', 'without a shell the shell form fails', 'FROM scratch', 'RUN true'],
]);

type Option = readonly [
  name: string,
  rule: string,
  options: ConformanceCase['options'],
  ...dockerfile: string[],
];
const options: readonly Option[] = [
  [
    'add host',
    '--add-host adds a line to /etc/hosts',
    { addHosts: ['name=10.1.2.3'] },
    'RUN cat /etc/hosts > /f',
  ],
  [
    'add host by IPv6',
    '--add-host takes IPv6',
    { addHosts: ['name=::5'] },
    'RUN cat /etc/hosts > /f',
  ],
  [
    'shared memory',
    '--shm-size sets the size of /dev/shm',
    { shmSize: '16777216' },
    "RUN df -k /dev/shm | tail -1 | awk '{ print $2 }' > /f",
  ],
  [
    'shared memory by default',
    '/dev/shm has 64 MiB',
    {},
    "RUN df -k /dev/shm | tail -1 | awk '{ print $2 }' > /f",
  ],
  [
    'limit',
    '--ulimit sets limits',
    { ulimits: ['nofile=100:200'] },
    'RUN ulimit -Sn > /f; ulimit -Hn >> /f',
  ],
  [
    'network for all',
    'the default of RUN can be set',
    { network: 'none' },
    'RUN ls /sys/class/net > /f',
  ],
  [
    'network host allowed',
    '--network=host with its entitlement',
    { allow: ['network.host'] },
    'RUN --network=host echo x > /f',
  ],
  [
    'security insecure allowed',
    '--security=insecure with its entitlement has all capabilities',
    { allow: ['security.insecure'] },
    "RUN --security=insecure awk '/CapEff/ { print length($2) }' /proc/self/status > /f; echo 1 > /proc/sys/vm/overcommit_memory",
  ],
];

const withOptions = options.map(
  ([name, rule, given, ...dockerfile]): ConformanceCase => ({
    name,
    rule: `${SECTION}: ${rule}`,
    dockerfile: lines('FROM busybox', ...dockerfile),
    ...(given && { options: given }),
  }),
);

const LINKED =
  'A RUN that links to a file of a lower layer produces a hard link; BuildKit exports a second file';

const differing = withDifferences(rows, {
  'hard link to an old symlink': {
    reason: LINKED,
    lamina: { outcome: { files: { 'there/second': '= there/link' } } },
  },
  'hard link to an old file': {
    reason: LINKED,
    lamina: { outcome: { files: { 'there/second': '= there/file' } } },
  },
  'network host is not allowed': {
    reason: 'Steps use the host network by default, so `RUN --network=host` needs no entitlement',
    lamina: {
      outcome: {
        error: undefined,
        platform: 'linux/amd64',
        author: 'the base',
        config: {
          Cmd: ['sh'],
          Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        },
        history: ['layer: RUN /bin/sh -c true # buildkit'],
        files: {},
      },
    },
  },
});

export const run: Topic = { name: '1.8-run', cases: [...differing, ...withOptions] };
