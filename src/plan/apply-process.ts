/** CMD, ENTRYPOINT and SHELL. */
import type {
  CmdInstruction,
  CommandLine,
  EntrypointInstruction,
  ShellInstruction,
} from '../dockerfile/index.ts';
import { commandText, listText } from './history-text.ts';
import { configure, remember, type StageState } from './stage-state.ts';

const DEFAULT_SHELL = ['/bin/sh', '-c'];
const WINDOWS_SHELL = ['cmd', '/S', '/C'];

/** Wraps a text in the stage's shell. */
export function withShell(state: StageState, text: string): readonly string[] {
  const { Shell: own = [] } = state.config;
  const os = state.base?.config.os ?? state.platform.os;
  const shell = os === 'windows' ? WINDOWS_SHELL : DEFAULT_SHELL;
  return [...(own.length > 0 ? own : shell), text];
}

function argvOf(state: StageState, command: CommandLine): readonly string[] {
  if (command.form === 'exec') return command.args.map((word) => word.text);
  return withShell(state, command.text.text);
}

export function applyCmd(state: StageState, { command }: CmdInstruction): StageState {
  const argv = argvOf(state, command);
  const next = configure({ ...state, hasOwnCmd: true }, { Cmd: argv, ArgsEscaped: true });
  return remember(next, { text: commandText('CMD', argv), layer: false });
}

/** An inherited CMD was meant for the old entry point, and is removed with it. */
export function applyEntrypoint(state: StageState, { command }: EntrypointInstruction): StageState {
  const argv = argvOf(state, command);
  const next = configure(state, {
    Entrypoint: argv.length === 0 ? undefined : argv,
    Cmd: state.hasOwnCmd ? state.config.Cmd : undefined,
  });
  return remember(next, { text: commandText('ENTRYPOINT', argv), layer: false });
}

export function applyShell(state: StageState, { args }: ShellInstruction): StageState {
  const argv = args.map((word) => word.text);
  return remember(configure(state, { Shell: argv }), {
    text: listText('SHELL', argv),
    layer: false,
  });
}
