/** What an editor says about instructions, flags and mount options. */

export interface InstructionHelp {
  readonly syntax: string;
  readonly text: string;
  readonly flags: Readonly<Record<string, FlagHelp>>;
}

export interface FlagHelp {
  readonly text: string;
  /** Values to choose from; a flag without values takes any, or none if it is a switch. */
  readonly values?: readonly string[] | undefined;
  readonly isSwitch?: true;
}

const PLATFORMS = ['$BUILDPLATFORM', '$TARGETPLATFORM', 'linux/amd64', 'linux/arm64'];

const COPY_FLAGS: Readonly<Record<string, FlagHelp>> = {
  chown: { text: 'owner of the files: `user`, `user:group`, by name or number' },
  chmod: { text: 'permissions of the files: `0644`, or `u=rwX,go=rX`' },
  link: {
    text: 'put the files into a layer of their own, independent of what is below',
    isSwitch: true,
  },
  exclude: { text: 'leave out the files that match a pattern; repeatable' },
};

export const INSTRUCTIONS: Readonly<Record<string, InstructionHelp>> = {
  FROM: {
    syntax: 'FROM [--platform=P] image [AS name]',
    text: 'Begins a stage. The image is a reference, an earlier stage, or `scratch` for an empty file system. Only ARG may come before the first FROM.',
    flags: { platform: { text: 'platform of the image', values: PLATFORMS } },
  },
  RUN: {
    syntax: 'RUN [--mount=…] [--network=…] [--security=…] command',
    text: 'Runs a command, and keeps the files that it changes as a layer. A JSON array runs a program without a shell. Here-documents (`RUN <<EOF`) hold scripts.',
    flags: {
      mount: {
        text: 'mount a cache, a secret, an ssh agent, or files of the context or a stage, for this command only; repeatable',
      },
      network: { text: 'network of the command', values: ['default', 'none', 'host'] },
      security: { text: 'privileges of the command', values: ['sandbox', 'insecure'] },
      device: { text: 'device of the machine (CDI); repeatable' },
    },
  },
  COPY: {
    syntax: 'COPY [--from=…] [flags] source … destination',
    text: 'Copies files of the build context, of a stage, or of an image. Of a directory, its content is copied. A destination that ends with `/` is a directory.',
    flags: {
      from: { text: 'a stage, a named context, or an image in place of the build context' },
      ...COPY_FLAGS,
      parents: { text: 'keep the directories of the sources', isSwitch: true },
    },
  },
  ADD: {
    syntax: 'ADD [flags] source … destination',
    text: 'As COPY, but also unpacks local archives, and downloads URLs and git repositories.',
    flags: {
      ...COPY_FLAGS,
      checksum: { text: 'digest of the download (`sha256:…`), or commit of the git repository' },
      'keep-git-dir': { text: 'keep the `.git` directory of a git repository', isSwitch: true },
      unpack: { text: 'unpack archives, also downloaded ones (`=false`: none)', isSwitch: true },
    },
  },
  ENV: {
    syntax: 'ENV name=value …',
    text: 'Sets environment variables, for the following instructions and for containers.',
    flags: {},
  },
  ARG: {
    syntax: 'ARG name[=default] …',
    text: 'Declares build arguments (`--build-arg`). They are set until the stage ends, and are not part of the image. Those before the first FROM are for FROM; `ARG name` in a stage takes their value.',
    flags: {},
  },
  LABEL: { syntax: 'LABEL name=value …', text: 'Adds metadata to the image.', flags: {} },
  WORKDIR: {
    syntax: 'WORKDIR path',
    text: 'Sets the working directory, and creates it. A relative path starts at the previous one.',
    flags: {},
  },
  USER: {
    syntax: 'USER name[:group]',
    text: 'Sets the user of the following RUN, CMD and ENTRYPOINT, by name or number.',
    flags: {},
  },
  EXPOSE: {
    syntax: 'EXPOSE port[/protocol] …',
    text: 'Notes the ports that the program listens on. It publishes none.',
    flags: {},
  },
  VOLUME: {
    syntax: 'VOLUME path …',
    text: 'Marks directories whose data lives outside of the container.',
    flags: {},
  },
  CMD: {
    syntax: 'CMD ["program", "argument", …]',
    text: 'The default command of containers, or the default arguments of ENTRYPOINT. The JSON form needs no shell, and gets signals.',
    flags: {},
  },
  ENTRYPOINT: {
    syntax: 'ENTRYPOINT ["program", "argument", …]',
    text: 'The program of containers; the words after the image of `run` are its arguments. The shell form does not pass signals on.',
    flags: {},
  },
  SHELL: {
    syntax: 'SHELL ["program", "argument", …]',
    text: 'The shell for the following RUN, CMD and ENTRYPOINT in shell form.',
    flags: {},
  },
  HEALTHCHECK: {
    syntax: 'HEALTHCHECK [flags] CMD command',
    text: 'A command that tells whether the container works: it ends with 0 if so, else with 1. `HEALTHCHECK NONE` removes that of the base image.',
    flags: {
      interval: { text: 'time between two checks (default: 30s)' },
      timeout: { text: 'time after which a check has failed (default: 30s)' },
      'start-period': { text: 'time to start, in which failures do not count (default: 0s)' },
      'start-interval': { text: 'time between checks in the start period (default: 5s)' },
      retries: { text: 'failures in a row that make the container unhealthy (default: 3)' },
    },
  },
  STOPSIGNAL: {
    syntax: 'STOPSIGNAL signal',
    text: 'The signal that stops the container (default: SIGTERM).',
    flags: {},
  },
  ONBUILD: {
    syntax: 'ONBUILD instruction',
    text: 'Keeps an instruction for builds that use this image in FROM.',
    flags: {},
  },
  MAINTAINER: {
    syntax: 'MAINTAINER name',
    text: 'Deprecated: write `LABEL org.opencontainers.image.authors="…"`.',
    flags: {},
  },
};

export const MOUNT_TYPES: Readonly<Record<string, string>> = {
  bind: 'files of the build context, a stage or an image',
  cache: 'a directory that lasts between builds, and is in no layer',
  secret: 'a build secret (`--secret`), as a file or a variable',
  ssh: 'an ssh agent (`--ssh`)',
  tmpfs: 'an empty directory in memory',
};

interface MountOption {
  readonly text: string;
  readonly types: readonly string[];
  readonly values?: readonly string[];
  /** Takes no value. */
  readonly isSwitch?: true;
}

const OWNED = ['cache', 'secret', 'ssh'];

export const MOUNT_OPTIONS: Readonly<Record<string, MountOption>> = {
  target: { text: 'path in the container', types: ['bind', 'cache', 'secret', 'ssh', 'tmpfs'] },
  source: { text: 'path in `from`', types: ['bind', 'cache'] },
  from: { text: 'a stage, a named context, or an image', types: ['bind', 'cache'] },
  id: { text: 'name of the cache, secret or agent', types: OWNED },
  sharing: {
    text: 'what builds at the same time do with the cache',
    types: ['cache'],
    values: ['shared', 'private', 'locked'],
  },
  rw: {
    text: 'the command may write; the files are dropped after it',
    types: ['bind'],
    isSwitch: true,
  },
  ro: { text: 'the command cannot write', types: ['bind', 'cache'], isSwitch: true },
  required: { text: 'fail without the secret or agent', types: ['secret', 'ssh'], isSwitch: true },
  env: { text: 'variable that has the secret', types: ['secret'] },
  mode: { text: 'permissions, such as `0755`', types: OWNED },
  uid: { text: 'user ID of the owner', types: OWNED },
  gid: { text: 'group ID of the owner', types: OWNED },
  size: { text: 'largest size, such as `64m`', types: ['tmpfs'] },
};

/** Variables that a build sets itself; a stage sees them after `ARG name`. */
export const PREDEFINED: readonly string[] = ['BUILD', 'TARGET'].flatMap((side) =>
  ['PLATFORM', 'OS', 'ARCH', 'VARIANT'].map((part) => `${side}${part}`),
);
