import type { DebugOptions, Lamina, OpenedForDebug } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { printable } from '../../progress/index.ts';
import {
  type CommandContext,
  defineCommand,
  type Invocation,
  rootOf,
  storeFlags,
} from '../command.ts';
import type { FlagTable } from '../flags.ts';
import { isolationChoice, isolationFlag } from '../isolation-flag.ts';
import { displaying, makeDisplay, progressKind } from '../progress.ts';
import { secretSource, sshSource } from '../step-values.ts';
import { transferDisplay } from '../transfer-display.ts';
import { namespaceOfFlags, remapFlag } from '../user-namespace.ts';
import { keyValues, namedContexts } from '../values.ts';

const OF_BUILD = 'Stages and steps';

const debugFlags = {
  target: { kind: 'text', value: 'stage', group: OF_BUILD, help: 'build this stage, and open it' },
  step: {
    kind: 'number',
    value: 'n',
    group: OF_BUILD,
    help: 'stop the build after this step of the stage, as displays count: 2 for [2/4]',
  },
  file: {
    kind: 'text',
    short: 'f',
    value: 'path',
    group: OF_BUILD,
    help: 'path of the Dockerfile (default: PATH/Dockerfile)',
  },
  'build-arg': {
    kind: 'list',
    value: 'NAME[=value]',
    group: OF_BUILD,
    help: 'set a build argument (ARG)',
  },
  'build-context': {
    kind: 'list',
    value: 'name=source',
    group: OF_BUILD,
    help: 'additional build context',
  },
  progress: {
    kind: 'text',
    value: 'kind',
    group: OF_BUILD,
    choices: ['auto', 'tty', 'plain', 'quiet', 'none', 'rawjson'],
    help: 'type of progress output on standard error',
  },
  secret: {
    kind: 'list',
    value: 'id=…,src=…|env=…',
    help: 'secret for the mounts of a step (default: from where the build took it)',
  },
  ssh: {
    kind: 'list',
    value: 'id[=socket|key]',
    help: 'ssh agent for the mounts of a step (default: that of the build)',
  },
  platform: { kind: 'text', value: 'os/arch', help: 'platform of the image or the build' },
  user: { kind: 'text', short: 'u', value: 'user[:group]', help: 'another user than the step’s' },
  tools: {
    kind: 'text',
    value: 'image',
    help: 'image with a static shell and tools in /bin, such as busybox:musl, to use instead of those in the file system',
  },
  ...isolationFlag('Common'),
  ...remapFlag('Common'),
  ...storeFlags,
} as const satisfies FlagTable;

const USAGE = '[OPTIONS] [IMAGE | PATH] [-- COMMAND [ARG...]]';

export const debugCommand = defineCommand({
  usage: USAGE,
  summary: 'open a shell in a failed step, a stage or an image',
  description: [
    'Without IMAGE, opens the file system that the last failed RUN left behind, with the mounts, environment, working directory ' +
      'and user of the step. The store keeps it until the next build or `lamina builder prune`. No secret is kept: they are taken ' +
      'from where the build took them, or from --secret.',
    'With --target, --step or --file, builds PATH (default: .) up to that stage or step, and opens the result. If the step ' +
      'fails, opens what it left behind.',
    'Where there is no shell, as in distroless images, lamina uses a static busybox of this machine, or the programs of --tools. They ' +
      'are mounted for the process only. All changes are discarded, and the image stays as it is.',
    'COMMAND replaces the shell. The exit status is that of the process, or as for `lamina run`.',
  ],
  flags: debugFlags,
  args: [0, Infinity],
  namespace: namespaceOfFlags,
  examples: [
    { command: 'lamina debug', text: 'look into the step that failed' },
    { command: 'lamina debug -- cat config.log', text: 'print a file that it left behind' },
    {
      command: 'lamina debug gcr.io/distroless/static',
      text: 'look into an image without a shell',
    },
    {
      command: 'lamina debug --target build --step 3 .',
      text: 'look into a stage after its third step',
    },
  ],
  async run(invocation, context) {
    const api = await context.api();
    return debugging(debugOptions(invocation, context), {
      ...{ context, api, progress: invocation.flags.progress },
    });
  },
});

export interface Debugging {
  readonly context: CommandContext;
  readonly api: Pick<Lamina, 'debug'>;
  readonly progress: string | undefined;
}

/** Starts what the options say, after showing the work that it takes. @returns the exit status */
export async function debugging(
  options: DebugOptions,
  { context, api, progress }: Debugging,
): Promise<number> {
  const { build } = options;
  const steps = build && makeDisplay(progressKind(progress, context), context, 'none');
  const pulls = transferDisplay(false, context);
  const showing: DebugOptions = {
    ...options,
    build: build && { ...build, onEvent: (event) => steps?.handle(event) },
    onPull: (event) => pulls.handle(event),
    onOpen: (opened) => {
      // Displays must be gone before a shell draws.
      steps?.close();
      pulls.close();
      void context.io.stderr.write(describe(opened, options.tty === true));
    },
  };
  const work = async () => (await api.debug(showing)).exitCode;
  return steps === undefined ? work() : displaying(steps, work);
}

function describe({ name, place, missing, ...opened }: OpenedForDebug, isShell: boolean): string {
  const where = place === undefined ? '' : ` (${place})`;
  const what = opened.isFailedStep ? `the failed step${where}: ${name}` : name;
  const lines = [
    ...(isShell ? [`${opened.program} in ${what}`, 'all changes are discarded at its end'] : []),
    ...missing,
  ];
  return lines.map((line) => `note: ${printable(line)}\n`).join('');
}

function debugOptions(
  { flags, args, beforeDashes }: Invocation<typeof debugFlags>,
  context: CommandContext,
): DebugOptions {
  const { io, env, signal } = context;
  const operands = args.slice(0, beforeDashes);
  if (operands.length > 1) {
    throw new AppError('CLI_USAGE', `unexpected argument '${operands[1]}'`, {
      expected: `lamina debug ${USAGE}`,
      hint: 'separate a command from the image by --',
    });
  }
  const [operand] = operands;
  const { target, step, file, platform, user, tools } = flags;
  const isBuild = target !== undefined || step !== undefined || file !== undefined;
  const secrets = flags.secret.map((text) => secretSource(text, env));
  const ssh = flags.ssh.map(sshSource);
  const isTerminal = io.stdinIsTerminal && io.stdout.isTerminal;
  return {
    ...(isBuild ? {} : { image: operand, platform }),
    build: isBuild
      ? {
          ...{ context: operand ?? '.', dockerfile: file, target, secrets, ssh },
          buildArgs: keyValues(flags['build-arg'], '--build-arg', env),
          buildContexts: namedContexts(flags['build-context']),
          platforms: platform === undefined ? [] : [platform],
        }
      : undefined,
    ...{ step, user, tools, secrets, ssh, isolation: isolationChoice(flags.isolation) },
    command: beforeDashes === undefined ? [] : args.slice(beforeDashes),
    interactive: true,
    tty: isTerminal,
    root: rootOf(flags, context),
    signal,
  };
}
