import { writeFileSync } from 'node:fs';
import type { RunOptions } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { type CommandContext, defineCommand, rootOf } from '../command.ts';
import { deviceSpec, mountValues, publishedPorts } from '../container-values.ts';
import { readEnvFile } from '../env-file.ts';
import type { FlagValues } from '../flags.ts';
import { isolationChoice } from '../isolation-flag.ts';
import { resourceLimits } from '../limit-flags.ts';
import { shortReference } from '../reference-text.ts';
import { transferDisplay } from '../transfer-display.ts';
import { namespaceOfFlags } from '../user-namespace.ts';
import {
  byteSize,
  commaSeparated,
  hostAlias,
  keyValuePairs,
  networkMode,
  ulimit,
} from '../values.ts';
import { runFlags } from './run-flags.ts';

type Flags = FlagValues<typeof runFlags>;

export const runCommand = defineCommand({
  usage: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  summary: 'run a command in a new container',
  description: [
    'COMMAND and its arguments replace the CMD of the image. The exit status is that of the process, or 125 if lamina could ' +
      'not start the container, 126 if the command cannot be executed, and 127 if the image has no such command.',
    'Each VOLUME of the image becomes a new volume with the files that the image has there. It is writable even with ' +
      '--read-only, and is removed with the container.',
    'A container exists only while its process runs, and leaves nothing behind, with or without --rm. It shares the ' +
      'network of this machine: a port that it opens is open on this machine.',
  ],
  flags: runFlags,
  args: [1, Infinity],
  namespace: namespaceOfFlags,
  interspersed: false,
  examples: [
    { command: 'lamina run --rm hello', text: 'run the command of the image' },
    {
      command: 'lamina run -it --rm debian:bookworm-slim bash',
      text: 'start a shell on the terminal',
    },
    {
      command: 'lamina run --rm -v "$PWD":/src -w /src golang go test ./...',
      text: 'run a tool from an image on the files in this directory',
    },
  ],
  async run({ flags, args }, context) {
    const options = await runOptions(flags, args, context);
    if (!flags.rm) {
      await context.io.stderr.write(
        'note: the container is removed when its process ends, with or without --rm\n',
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
      hint: 'remove -t',
    });
  }
  const network = networkMode(flags.network ?? flags.net);
  return {
    image: args[0] ?? '',
    pull: pullPolicy(flags.pull),
    platform: flags.platform,
    command: args.slice(1),
    entrypoint: flags.entrypoint,
    interactive: flags.interactive,
    tty: flags.tty,
    env: [
      ...(await fileVariables(flags['env-file'], context)),
      ...variables(flags.env, '--env', env),
    ],
    ...mountValues(flags),
    workdir: absoluteDirectory(flags.workdir),
    user: flags.user,
    name: flags.name,
    hostname: flags.hostname,
    network,
    publish: flags.publish.flatMap((port) => publishedPorts(port, network)),
    addHosts: flags['add-host'].map(hostAlias),
    readonlyRoot: flags['read-only'],
    isolation: isolationChoice(flags.isolation),
    limits: resourceLimits(flags),
    cgroupParent: flags['cgroup-parent'],
    capAdd: commaSeparated(flags['cap-add']),
    capDrop: commaSeparated(flags['cap-drop']),
    privileged: flags.privileged,
    devices: flags.device.map(deviceSpec),
    groups: flags['group-add'],
    shmSize:
      flags['shm-size'] === undefined ? undefined : byteSize(flags['shm-size'], '--shm-size'),
    ulimits: flags.ulimit.map(ulimit),
    init: flags.init,
    onId: idFile(flags.cidfile),
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

async function fileVariables(paths: readonly string[], context: CommandContext): Promise<string[]> {
  const all: string[] = [];
  for (const path of paths) all.push(...(await readEnvFile(path, context)));
  return all;
}

/** @returns a function that writes the container ID to a new file */
function idFile(path: string | undefined): RunOptions['onId'] {
  if (path === undefined) return undefined;
  return (id) => {
    try {
      writeFileSync(path, id, { flag: 'wx' });
    } catch (cause) {
      const exists = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
      throw exists
        ? new AppError('CLI_FILE', `the file for --cidfile already exists: ${path}`, {
            hint: 'delete the file if no running container uses it',
          })
        : new AppError('CLI_FILE', `cannot write the file for --cidfile: ${path}`, { cause });
    }
  };
}
