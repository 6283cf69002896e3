/** Dockerfiles whose caches BuildKit has exported for these tests: `record.ts` builds them, `recorded/` has what came out. */
export interface CacheCase {
  readonly name: string;
  readonly dockerfile: string;
  /** Path in the context → content; `→target`: a symlink; a name with a slash at its end: a directory. */
  readonly files?: Readonly<Record<string, string>>;
  /** Of files: octal, 644 where nothing is said. */
  readonly modes?: Readonly<Record<string, number>>;
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** Default: max. */
  readonly mode?: 'min' | 'max';
  readonly inline?: boolean;
  readonly shmSize?: string;
  readonly addHost?: string;
  readonly ulimit?: string;
  readonly network?: 'none' | 'host';
  readonly target?: string;
}

export const cacheCases: readonly CacheCase[] = [
  {
    name: 'run',
    dockerfile: `FROM base
ENV SHOWN="<a & b>" AGAIN=1
ARG FROM_BASE=argument
ARG UNSET
ARG GIVEN
ENV AGAIN=2
WORKDIR /open/work
RUN echo "\u2028 \u00e9 < > & $AGAIN"
USER 1001:50
WORKDIR deeper
RUN ["/bin/sh", "exec form"]
`,
    buildArgs: { GIVEN: 'by the user', HTTP_PROXY: 'http://proxy.test' },
  },
  {
    name: 'run-min',
    mode: 'min',
    dockerfile: 'FROM base\nRUN first\nWORKDIR /open/w\nRUN second\n',
  },
  {
    name: 'run-options',
    dockerfile: `FROM base
RUN --network=none none
RUN --network=host host
RUN default
`,
    shmSize: '67108864',
    addHost: 'name=1.2.3.4',
    ulimit: 'nofile=1024:2048',
  },
  {
    name: 'copy',
    dockerfile: `FROM base
COPY file /copied
COPY file dir/ /open/several/
COPY dir /open/dir
COPY . /open/all
COPY --chown=7:+8 file /owned
COPY --chown=7 --chmod=750 dir/script /script
COPY --chmod=u=rwX,go=rX dir /symbolic
COPY link /followed
COPY dir/*.txt /texts/
COPY f*e d?r/ /wild/
COPY */*.txt d*/s*/* /wilder/
COPY --exclude=*.txt --exclude=sub/deep dir /excluded
COPY --exclude=**/deep . /excluded2
COPY --exclude=script d* file /excluded3/
COPY --parents dir/sub/deep /parents/
COPY --parents ./dir/./sub d*/*.txt /parents2/
COPY --parents **/deep link /parents3/
COPY --parents */./two.txt /parents4/
ADD file /added
WORKDIR /open
COPY file .
COPY file ./sub/
`,
    files: {
      file: 'a file\n',
      'dir/script': '#!/bin/sh\n',
      'dir/one.txt': '1\n',
      'dir/two.txt': '2\n',
      'dir/sub/deep': 'deep\n',
      'dir/sub.x': 'sorts before sub/ by its characters\n',
      'dir/empty/': '',
      'dir/link': '→../file',
      link: '→dir',
      'ignored/not': 'never sent\n',
      '.dockerignore': 'ignored\n',
      'with space': 'space\n',
    },
    modes: { 'dir/script': 0o755, 'dir/one.txt': 0o600, 'dir/two.txt': 0o4755 },
  },
  {
    name: 'names',
    dockerfile: `FROM base
COPY --chown=app:staff file /by-name
USER app
WORKDIR /open/home
RUN as app
`,
    files: { file: 'a file\n' },
  },
  {
    name: 'stages',
    dockerfile: `FROM base AS build
WORKDIR /open/src
COPY main .
RUN compile
FROM scratch AS empty
COPY main /only
FROM base AS first
ARG ONE=1
ENV TWO=2
RUN one
FROM first
ENV THREE=3
RUN two
COPY --from=build /open/src/main /open/src/ran /open/out/
COPY --from=empty / /open/empty
COPY --from=base /etc/passwd /open/passwd
`,
    files: { main: 'int main\n' },
  },
  {
    name: 'stages-min',
    mode: 'min',
    dockerfile: `FROM base AS build
COPY main /open/
RUN compile
FROM base
COPY --from=build /open/main /open/out
RUN after
`,
    files: { main: 'int main\n' },
  },
  {
    name: 'mounts',
    dockerfile: `FROM base AS other
RUN other
FROM base
RUN --mount=type=cache,target=/cache cached
RUN --mount=type=cache,target=/cache,id=named,sharing=locked --mount=type=cache,target=/a,uid=5,mode=0700 cached
RUN --mount=type=tmpfs,target=/t,size=1m --mount=type=tmpfs,target=/tt tmpfs
RUN --mount=type=secret,id=token --mount=type=secret,id=other,env=OTHER --mount=type=secret,id=third,target=/x,uid=4 secret
RUN --mount=type=ssh agent
RUN --mount=type=ssh,id=default named
RUN --mount=type=ssh,id=mine,uid=7 --mount=type=ssh,target=/agent agents
RUN --mount=target=/src bound
RUN --mount=type=bind,source=dir,target=/src,rw bound
RUN --mount=from=other,target=/o --mount=from=other,source=/etc,target=/etc2 bound
RUN --mount=type=cache,from=other,target=/seeded seeded
WORKDIR /open
RUN --mount=type=bind,target=relative bound
`,
    files: { file: 'a file\n', 'dir/x': 'x\n' },
  },
  {
    name: 'link',
    dockerfile: `FROM base AS other
RUN other
FROM base
COPY --link file /linked
COPY --link --from=other /etc/passwd /linked2
COPY --link --chmod=600 file /not-merged
RUN after
`,
    files: { file: 'a file\n' },
  },
  {
    name: 'here-documents',
    dockerfile: `FROM base
COPY <<one <<"two" /open/
first $FROM_BASE
one
second $FROM_BASE
two
RUN <<EOF
echo one
echo two
EOF
RUN <<EOF
#!/bin/sh
script
EOF
RUN cat <<EOF
in the shell
EOF
COPY file <<name /open/
content
name
`,
    files: { file: 'a file\n' },
  },
  {
    name: 'inline',
    inline: true,
    dockerfile: `FROM base AS build
COPY file /open/
RUN build
FROM base
COPY --from=build /open/file /open/copied
RUN after
`,
    files: { file: 'a file\n' },
  },
  {
    name: 'epoch',
    dockerfile: 'FROM base\nCOPY file /open/\nWORKDIR /open/w\nRUN after\n',
    files: { file: 'a file\n' },
    buildArgs: { SOURCE_DATE_EPOCH: '1700000000' },
  },
  {
    name: 'scratch',
    dockerfile: 'FROM scratch\nCOPY file /\nWORKDIR /made\nCOPY file dir/x ./\n',
    files: { file: 'a file\n', 'dir/x': 'x\n' },
  },
];
