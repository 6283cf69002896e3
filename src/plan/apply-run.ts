/** RUN. */
import { posix } from 'node:path';
import type { RunInstruction } from '../dockerfile/index.ts';
import { shellScript } from '../dockerfile/index.ts';
import { AppError } from '../errors.ts';
import type { ExecOp } from '../graph/index.ts';
import { withShell } from './apply-process.ts';
import { proxyEnvironment } from './arguments.ts';
import { lookup } from './environment.ts';
import { displayText } from './expansion.ts';
import { runText } from './history-text.ts';
import type { StagePlan } from './planner.ts';
import { remember, type StageState, workingDirectory } from './stage-state.ts';

const HOSTNAME = 'buildkitsandbox';
/** Where a here-document that is a script of its own is found by the shell. */
const SCRIPT_DIRECTORY = '/dev/pipes';

export function applyRun(
  state: StageState,
  instruction: RunInstruction,
  plan: StagePlan,
): StageState {
  const { options } = plan;
  refuseUnsupported(instruction);
  const { argv, script } = commandOf(state, instruction);
  const op: ExecOp = {
    kind: 'exec',
    args: argv,
    env: state.environment,
    cwd: workingDirectory(state),
    user: state.config.User ?? '',
    network: instruction.network === 'default' ? options.network : instruction.network,
    security: instruction.security,
    hostname: options.buildArgs.get('BUILDKIT_SANDBOX_HOSTNAME') ?? HOSTNAME,
    extraHosts: options.extraHosts,
    mounts: [],
    script,
    shmSize: options.shmSize,
    ulimits: options.ulimits,
  };
  const root = plan.addStep(op, [state.root], {
    instruction,
    text: displayText(instruction.text, state, options),
    proxyEnv: proxyEnvironment(options.buildArgs),
  });
  const text = runText(argv, argumentValues(state));
  return remember({ ...state, root }, { text, layer: true });
}

/** Each declared ARG once, with what RUN sees under its name. */
function argumentValues(state: StageState): readonly (readonly [string, string])[] {
  const values = new Map<string, string>();
  for (const { name, value } of state.args) {
    values.set(name, lookup(state.environment, name) ?? value ?? '');
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
    return { argv: command.args.map((word) => word.text), script: undefined };
  }
  const script = shellScript(instruction);
  if (script.kind === 'text') return { argv: withShell(state, script.text), script: undefined };
  const path = posix.join(SCRIPT_DIRECTORY, script.name);
  return { argv: withShell(state, path), script: { path, content: script.content } };
}

function refuseUnsupported({ mounts, security, devices }: RunInstruction): void {
  if (mounts.length > 0) throw notYet('--mount');
  if (devices.length > 0) throw notYet('--device');
  if (security === 'insecure') throw notYet('--security=insecure');
}

function notYet(flag: string): AppError {
  return new AppError('PLAN_NOT_YET', `RUN ${flag} is not supported yet`, {
    hint: 'this version of lamina runs steps without it; see CHANGELOG.md for what is planned',
  });
}
