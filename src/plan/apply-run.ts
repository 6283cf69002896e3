/** RUN. */
import { posix } from 'node:path';
import type { RunInstruction } from '../dockerfile/index.ts';
import { shellScript } from '../dockerfile/index.ts';
import { AppError } from '../errors.ts';
import type { ExecOp } from '../graph/index.ts';
import { withShell } from './apply-process.ts';
import { proxyEnvironment } from './arguments.ts';
import { displayText } from './expansion.ts';
import { runText } from './history-text.ts';
import { locationsOfRun } from './locations.ts';
import { emptyRun } from './plan-faults.ts';
import { planMounts } from './run-mounts.ts';
import type { StagePlan } from './stage-plan.ts';
import { remember, type StageState, workingDirectory } from './stage-state.ts';
import { environmentOf } from './step-variables.ts';
import type { Variables } from './variables.ts';

const HOSTNAME = 'buildkitsandbox';
const AGENT_VARIABLE = 'SSH_AUTH_SOCK';
/** Path of a here-document that is a script of its own, for the shell. */
const SCRIPT_DIRECTORY = '/dev/pipes';

export async function applyRun(
  state: StageState,
  instruction: RunInstruction,
  plan: StagePlan,
): Promise<StageState> {
  const { options } = plan;
  checkAllowed(instruction, plan);
  const { mounts, inputs, targets, agentSocket } = await planMounts(state, instruction, plan);
  const { argv, script } = commandOf(state, instruction);
  const op: ExecOp = {
    kind: 'exec',
    platform: state.platform,
    args: argv,
    env: withAgent(state.environment, agentSocket).toArray(),
    cwd: workingDirectory(state),
    user: state.config.User ?? '',
    network: instruction.network === 'default' ? options.network : instruction.network,
    security: instruction.security,
    hostname: options.buildArgs.get('BUILDKIT_SANDBOX_HOSTNAME') ?? HOSTNAME,
    extraHosts: options.extraHosts,
    mounts,
    script,
    shmSize: options.shmSize,
    ulimits: options.ulimits,
  };
  const root = plan.addStep(op, inputs, {
    instruction,
    locations: locationsOfRun(instruction, state.userAt),
    text: displayText(instruction.text, state, options),
    proxyEnv: proxyEnvironment(options.buildArgs),
    asWritten: { network: writtenNetwork(instruction, plan), targets },
    variables: () => environmentOf(state),
  });
  const text = runText(argv, argumentValues(state));
  return remember({ ...state, root }, { text, layer: true });
}

function writtenNetwork({ network }: RunInstruction, { options }: StagePlan) {
  if (network !== 'default') return network;
  // BuildKit's default is a network of the step's own, where there is one.
  if (options.isNetworkGiven !== true || options.network === 'private') return network;
  return options.network;
}

/** Each declared ARG once, with the value that RUN sees under its name. */
function argumentValues(state: StageState): readonly (readonly [string, string])[] {
  const values = new Map<string, string>();
  for (const { name, value } of state.args.toArray()) {
    values.set(name, state.environment.lookup(name) ?? value ?? '');
  }
  return [...values];
}

interface Command {
  readonly argv: readonly string[];
  readonly script: ExecOp['script'];
}

function commandOf(state: StageState, instruction: RunInstruction): Command {
  const { command } = instruction;
  if (command.form === 'exec') {
    if (command.args.length === 0) throw emptyRun();
    return { argv: command.args.map((word) => word.text), script: undefined };
  }
  const script = shellScript(instruction);
  if (script.kind === 'text') return { argv: withShell(state, script.text), script: undefined };
  const path = posix.join(SCRIPT_DIRECTORY, script.name);
  return { argv: withShell(state, path), script: { path, content: script.content } };
}

/** An agent from the image or an ARG stays as it is. */
function withAgent(environment: Variables, socket: string | undefined): Variables {
  if (socket === undefined || environment.lookup(AGENT_VARIABLE) !== undefined) return environment;
  return environment.set(AGENT_VARIABLE, socket);
}

const NETWORK_HOST = 'network.host';

function checkAllowed({ security, network, devices, node }: RunInstruction, plan: StagePlan): void {
  const { options } = plan;
  if (security === 'insecure' && !options.allow?.includes('security.insecure')) {
    const flag = node.flags.find(({ name }) => name === 'security');
    throw new AppError('PLAN_NOT_ALLOWED', 'RUN --security=insecure is not allowed in this build', {
      location: flag && options.tree.source.location(flag.range),
      expected: '--allow security.insecure on the command line',
      hint: 'such a step has full root privileges on this machine: allow it only for Dockerfiles you trust',
    });
  }
  if (network === 'host' && options.network !== 'host' && !options.allow?.includes(NETWORK_HOST)) {
    const flag = node.flags.find(({ name }) => name === 'network');
    throw new AppError('PLAN_NOT_ALLOWED', 'RUN --network=host is not allowed in this build', {
      location: flag && options.tree.source.location(flag.range),
      expected: `--allow ${NETWORK_HOST} on the command line`,
      hint: `the build has --network=${options.network}: allow the network of this machine only for Dockerfiles you trust`,
    });
  }
  for (const { name, required, range } of devices) {
    const location = options.tree.source.location(range);
    const message = `the device '${name}' cannot be given to a step: RUN --device is not supported`;
    const hint = 'RUN --security=insecure sees the devices of this machine';
    if (required) throw new AppError('PLAN_DEVICE_UNAVAILABLE', message, { location, hint });
    plan.warn({ code: 'PLAN_DEVICE_UNAVAILABLE', message, location, hint });
  }
}
