import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RunOptions, VolumeSpec } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { type CommandContext, defineCommand, rootOf, storeFlags } from '../command.ts';
import type { FlagTable, FlagValues } from '../flags.ts';
import { shortReference } from '../reference-text.ts';
import { transferDisplay } from '../transfer-display.ts';
import { badValue, hostAlias, keyValuePairs, networkMode } from '../values.ts';

const SEE_RUN = 'not in this version';

const runFlags = {
  interactive: { kind: 'switch', short: 'i', help: 'pass standard input on' },
  tty: { kind: 'switch', short: 't', help: 'give the process a terminal' },
  rm: { kind: 'switch', help: 'leave nothing behind (always so; without it lamina says so)' },
  env: {
    kind: 'list',
    short: 'e',
    value: 'NAME[=value]',
    help: 'set a variable; without a value: the environment’s',
  },
  'env-file': { kind: 'list', value: 'path', help: 'set the variables of a file' },
  volume: {
    kind: 'list',
    short: 'v',
    value: 'host:container[:ro]',
    help: 'mount a directory or file of this machine',
  },
  workdir: { kind: 'text', short: 'w', value: 'path', help: 'working directory' },
  user: { kind: 'text', short: 'u', value: 'user[:group]', help: 'user to run as' },
  entrypoint: { kind: 'text', value: 'command', help: 'replace the ENTRYPOINT; empty: none' },
  name: { kind: 'text', value: 'name', help: 'name of the container' },
  hostname: { kind: 'text', short: 'h', value: 'name', help: 'host name of the container' },
  network: { kind: 'text', value: 'mode', help: 'host (the default) or none' },
  'add-host': { kind: 'list', value: 'name=ip', help: 'add a line to /etc/hosts' },
  'read-only': { kind: 'switch', help: 'the root file system cannot be written to' },
  publish: {
    kind: 'list',
    short: 'p',
    value: 'host:container',
    help: 'ports are this machine’s already; refused if the two numbers differ',
  },
  pull: {
    kind: 'text',
    value: 'when',
    help: 'when to pull the image: always, never, or if it is missing (the default)',
    choices: ['always', 'missing', 'never'],
  },
  quiet: { kind: 'switch', short: 'q', help: 'show nothing of a pull' },
  ...storeFlags,
  expose: { kind: 'list', help: 'expose a port', noEffect: 'ports are this machine’s already' },
  label: { kind: 'list', short: 'l', help: 'label the container', noEffect: 'no container stays' },
  'sig-proxy': { kind: 'switch', help: 'pass signals on', noEffect: 'signals are passed on' },
  detach: {
    kind: 'switch',
    short: 'd',
    help: 'run in the background',
    notYet: 'end the line with &',
  },
  mount: { kind: 'list', help: 'mount something', notYet: 'use -v for directories' },
  tmpfs: { kind: 'list', help: 'mount a tmpfs', notYet: SEE_RUN },
  'volumes-from': { kind: 'list', help: 'volumes of a container', notYet: 'use -v' },
  privileged: { kind: 'switch', help: 'all capabilities', notYet: SEE_RUN },
  'cap-add': { kind: 'list', help: 'add a capability', notYet: SEE_RUN },
  'cap-drop': { kind: 'list', help: 'drop a capability', notYet: SEE_RUN },
  'security-opt': { kind: 'list', help: 'security options', notYet: SEE_RUN },
  device: { kind: 'list', help: 'add a device', notYet: SEE_RUN },
  gpus: { kind: 'text', help: 'add GPUs', notYet: SEE_RUN },
  init: { kind: 'switch', help: 'run an init as process 1', notYet: SEE_RUN },
  memory: { kind: 'text', short: 'm', help: 'memory limit', notYet: SEE_RUN },
  cpus: { kind: 'text', help: 'CPU limit', notYet: SEE_RUN },
  'pids-limit': { kind: 'text', help: 'limit of processes', notYet: SEE_RUN },
  ulimit: { kind: 'list', help: 'limits of the process', notYet: SEE_RUN },
  'shm-size': { kind: 'text', help: 'size of /dev/shm', notYet: SEE_RUN },
  platform: {
    kind: 'text',
    value: 'os/arch',
    help: 'platform of the image, run by an emulator if need be',
  },
  restart: { kind: 'text', help: 'restart policy', notYet: 'a container ends with its process' },
  cidfile: { kind: 'text', help: 'write the container ID', notYet: SEE_RUN },
  'publish-all': {
    kind: 'switch',
    short: 'P',
    help: 'publish all ports',
    notYet: 'use host ports',
  },
  attach: { kind: 'list', short: 'a', help: 'attach streams', notYet: SEE_RUN },
  'group-add': { kind: 'list', help: 'add groups', notYet: SEE_RUN },
  dns: { kind: 'list', help: 'name servers', notYet: SEE_RUN },
  link: { kind: 'list', help: 'link to a container', notYet: SEE_RUN },
  pid: { kind: 'text', help: 'PID namespace', notYet: SEE_RUN },
  ipc: { kind: 'text', help: 'IPC namespace', notYet: SEE_RUN },
  userns: { kind: 'text', help: 'user namespace', notYet: SEE_RUN },
} as const satisfies FlagTable;

type Flags = FlagValues<typeof runFlags>;

export const runCommand = defineCommand({
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  summary: 'run a command in a new container',
  description: [
    'Words after IMAGE belong to the container: they replace its CMD. The exit status is that of the process; 125 means ' +
      'that lamina could not start it, 126 that the command cannot be executed, 127 that it is not there.',
    'A container lives as long as its process and leaves nothing behind, with or without --rm. It shares this machine’s ' +
      'network: a port it opens is open on this machine.',
  ],
  flags: runFlags,
  args: [1, Infinity],
  interspersed: false,
  examples: [
    { command: 'lamina run --rm hello', text: 'run what the image says' },
    { command: 'lamina run -it --rm debian:bookworm-slim bash', text: 'a shell in a terminal' },
    {
      command: 'lamina run --rm -v "$PWD":/src -w /src golang go test ./...',
      text: 'a tool from an image on the files of this directory',
    },
  ],
  async run({ flags, args }, context) {
    const options = await runOptions(flags, args, context);
    if (!flags.rm) {
      await context.io.stderr.write(
        'note: nothing of the container is kept when its process ends, with or without --rm\n',
      );
    }
    const api = await context.api();
    const display = transferDisplay(flags.quiet, context);
    const result = await api.run({
      ...options,
      onPull: (event) => {
        if (event.kind === 'image' && !flags.quiet && flags.pull !== 'always') {
          void context.io.stderr.write(`Unable to find image '${options.image}' locally\n`);
        }
        display.handle(event);
      },
      onPulled: ({ digest, reference, isNew }) => {
        display.close();
        if (flags.quiet) return;
        const name = shortReference(reference);
        const status = isNew ? 'Downloaded newer image for' : 'Image is up to date for';
        const text = `Digest: ${digest}\nStatus: ${status} ${name}\n`;
        void context.io.stderr.write(text);
      },
    });
    return result.exitCode;
  },
});

async function runOptions(
  flags: Flags,
  args: readonly string[],
  context: CommandContext,
): Promise<RunOptions> {
  const { env, io } = context;
  if (flags.tty && flags.interactive && !io.stdinIsTerminal) {
    throw new AppError('CLI_NO_TERMINAL', 'standard input is not a terminal', {
      hint: 'leave out -t',
    });
  }
  flags.publish.forEach(checkPort);
  return {
    image: args[0] ?? '',
    pull: pullPolicy(flags.pull),
    platform: flags.platform,
    command: args.slice(1),
    entrypoint: flags.entrypoint,
    interactive: flags.interactive,
    tty: flags.tty,
    env: [...(await fileVariables(flags['env-file'], env)), ...variables(flags.env, '--env', env)],
    volumes: flags.volume.map(volumeSpec),
    workdir: absoluteDirectory(flags.workdir),
    user: flags.user,
    name: flags.name,
    hostname: flags.hostname,
    network: networkMode(flags.network),
    addHosts: flags['add-host'].map(hostAlias),
    readonlyRoot: flags['read-only'],
    stdio: 'inherit',
    root: rootOf(flags, context),
    signal: context.signal,
  };
}

function pullPolicy(text: string | undefined): RunOptions['pull'] {
  return text === 'always' || text === 'never' ? text : 'missing';
}

function absoluteDirectory(path: string | undefined): string | undefined {
  if (path === undefined || path.startsWith('/')) return path;
  throw new AppError('CLI_FLAG_VALUE', `invalid value "${path}" for --workdir`, {
    expected: 'a path in the container that begins with /',
  });
}

function variables(texts: readonly string[], flag: string, env: CommandContext['env']): string[] {
  return keyValuePairs(texts, flag, env).map(([name, value]) => `${name}=${value}`);
}

async function fileVariables(
  paths: readonly string[],
  env: CommandContext['env'],
): Promise<string[]> {
  const all: string[] = [];
  for (const path of paths) {
    const lines = (await readEnvFile(path)).split(/\r?\n/).map((line) => line.trimStart());
    const meant = lines.filter((line) => line !== '' && !line.startsWith('#'));
    all.push(...variables(meant, '--env-file', env));
  }
  return all;
}

async function readEnvFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new AppError('CLI_FILE', `cannot read the file of --env-file: ${path}`, { cause });
  }
}

/** `host:container[:options]`; a relative host path counts from the working directory. */
export function volumeSpec(text: string): VolumeSpec {
  const [source = '', target = '', options = '', ...rest] = text.split(':');
  if (rest.length > 0) throw badValue('--volume', text, 'host:container[:ro]');
  if (target === '' || !/^[./~]/.test(source)) {
    throw new AppError('CLI_NOT_YET', `volumes that are no path are not supported: ${text}`, {
      expected: 'host:container[:ro], with a host path that begins with / or .',
    });
  }
  if (!target.startsWith('/'))
    throw badValue('--volume', text, 'an absolute path in the container');
  const words = options.split(',').filter((word) => word !== '');
  const unknown = words.find(
    (word) => !['ro', 'rw', 'z', 'Z', 'cached', 'delegated', 'consistent'].includes(word),
  );
  if (unknown !== undefined) throw badValue('--volume', text, 'ro or rw behind the paths');
  return { source: resolve(source), target, readonly: words.includes('ro') };
}

/** With host networking a port is open under its own number and no other. */
function checkPort(text: string): void {
  const [container = '', host = ''] = text
    .replace(/\/\w+$/, '')
    .split(':')
    .reverse();
  if (!/^\d+(-\d+)?$/.test(container)) throw badValue('--publish', text, 'host:container');
  if (host === '' || host === container) return;
  throw new AppError('CLI_NOT_YET', `ports cannot be mapped: ${text}`, {
    hint: `containers share this machine’s network: the process’s port ${container} is this machine’s port ${container}`,
  });
}
