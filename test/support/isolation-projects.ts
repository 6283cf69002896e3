/** Small projects whose images must not depend on how RUN is isolated. */
import { hostPrograms } from './host-programs.ts';

export interface IsolationProject {
  readonly name: string;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly flags?: readonly string[];
  /** It sets owners or makes nodes: with one id, images cannot have them. */
  readonly needsIds?: boolean;
}

const project = (
  name: string,
  lines: readonly string[],
  more: Omit<IsolationProject, 'name' | 'files'> & { files?: IsolationProject['files'] } = {},
): IsolationProject => ({
  ...more,
  name,
  files: { Dockerfile: `${lines.join('\n')}\n`, ...more.files },
});

export function isolationProjects(): readonly IsolationProject[] {
  return [
    project('files, modes and the umask', [
      'FROM busybox',
      'RUN umask && mkdir -p /a/b && echo 1 > /a/b/c && chmod 640 /a/b/c && chmod 2755 /a/b && touch -d @1000 /a/b/old',
      'RUN umask 077 && mkdir /private && echo x > /private/x && chmod +t /private',
      'RUN mkfifo /pipe && touch "/a file" /ünï',
    ]),
    project(
      'users and owners',
      [
        'FROM busybox',
        'RUN mkdir /data && chown app:staff /data && chown -h 7:8 /bin/ls',
        'USER app',
        'WORKDIR /data/mine',
        'RUN id -u > who && echo $HOME > home && mkdir sub && cat /etc/hosts /proc/meminfo > /dev/null',
        'USER 4242:77',
        'RUN touch /tmp/numbered && id > /tmp/id',
      ],
      { needsIds: true },
    ),
    project('setuid and setgid', [
      'FROM busybox',
      'RUN cp /bin/busybox /bin/tool && chmod 4755 /bin/tool && mkdir /g && chmod 2775 /g && touch /g/new',
      'RUN chmod 755 /bin/tool && echo x >> /bin/tool && chmod 6755 /bin/tool',
    ]),
    project(
      'capabilities of files',
      [
        'FROM busybox',
        'COPY --chmod=755 programs /',
        'RUN cp /bin/busybox /bin/pinger && setcap cap_net_raw+ep /bin/pinger',
        'RUN chmod 700 /bin/pinger && touch /other',
      ],
      { files: hostPrograms(['/usr/sbin/setcap'], 'programs'), needsIds: true },
    ),
    project('hard links', [
      'FROM busybox',
      'RUN mkdir /l && echo one > /l/a && ln /l/a /l/b && ln /l/a /l/c && echo two > /l/d',
      'RUN rm /l/b',
      'RUN ln /l/d /l/e && mv /l/c /l/f',
    ]),
    project('symlinks', [
      'FROM busybox',
      'RUN mkdir -p /s/real && echo x > /s/real/x && ln -s real /s/link && ln -s ../../../../etc/passwd /s/up && ln -s nowhere /s/dangling',
      'RUN echo y > /s/link/y && rm /s/dangling && ln -s /s/real /s/dangling && ln -sfn / /s/link',
    ]),
    project('deleted files and directories', [
      'FROM busybox',
      'RUN mkdir -p /d/deep/er && touch /d/1 /d/deep/2 /d/deep/er/3 && mkdir /gone && touch /gone/x',
      'RUN rm -r /gone /d/deep/er /usr/bin/tail && mkdir /new && rmdir /new && touch /x && rm /x',
      'RUN rm /d/1 && mkdir /d/1 && touch /d/1/inside && rm -r /d/deep && echo file > /d/deep',
    ]),
    project('files that a step opens and does not change', [
      'FROM busybox',
      'RUN mkdir /lock && echo one > /lock/file && : > /lock/.lock && touch -d @1000 /lock/file',
      'RUN : >> /lock/.lock; exec 3<>/lock/file; echo > /made',
      'RUN : >> /lock/.lock',
    ]),
    project('opaque directories', [
      'FROM busybox',
      'RUN mkdir -p /o/sub && touch /o/1 /o/sub/2',
      'RUN rm -r /o && mkdir /o && touch /o/3',
      'RUN mkdir /o/sub && touch /o/sub/4 && mv /o /p',
    ]),
    project(
      'mounts of every kind',
      [
        'FROM busybox AS other',
        'RUN mkdir -p /from/here && echo other > /from/here/file',
        'FROM busybox',
        'RUN --mount=type=cache,target=/cache echo cached > /cache/x && mkdir -p /cache/deep',
        'RUN --mount=type=cache,target=/cache --mount=type=tmpfs,target=/memory cp /cache/x /kept && touch /memory/x',
        'RUN --mount=type=secret,id=token --mount=type=secret,id=token,target=/etc/token,mode=0444 wc -c < /run/secrets/token > /count && cat /etc/token /dev/null > /dev/null',
        'RUN --mount=type=bind,source=file,target=/src/file --mount=type=bind,from=other,source=/from,target=/from cat /src/file /from/here/file > /both',
        'RUN --mount=type=bind,from=other,source=/from,target=/rw,rw touch /rw/written && ls /rw > /list',
        'RUN <<EOF\necho from a script > /script\nEOF',
      ],
      {
        files: { file: 'of the context\n', token: 'a secret token\n' },
        flags: ['--secret', 'id=token,src=token'],
      },
    ),
    project(
      'mount points inside what the image has',
      [
        'FROM busybox',
        'RUN mkdir -p /etc/app /home && echo own > /etc/app/conf',
        'COPY hosts /etc/hosts',
        'RUN --mount=type=tmpfs,target=/etc/app touch /etc/app/x && cat /etc/hosts | grep -c localhost > /seen',
        'RUN --mount=type=cache,target=/home/new/cache touch /home/new/cache/x /home/new/y',
        'RUN cat /etc/app/conf > /conf && chmod 700 /etc/app',
        'RUN rm -r /etc/app && mkdir /etc/app',
      ],
      { files: { hosts: 'own\n' } },
    ),
  ];
}
